"""The truth behind the raw tables. No model reads it; scoring tests do."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import NEVER
from touchstone.sample.cycles import Cycles
from touchstone.sample.deals import Deals
from touchstone.sample.demand import simulate, without
from touchstone.sample.dice import Floats
from touchstone.sample.naming import alias_domains, company_domains, has_alias
from touchstone.sample.parameters import Settings
from touchstone.sample.plan import Plan
from touchstone.sample.population import MAILBOXES, Companies, People, Staff, make_companies
from touchstone.sample.records import Records
from touchstone.sample.touches import Touches
from touchstone.sample.web import Pages, Sessions

EFFECT_ACCOUNTS = 2_000  # of a larger company, the effects are measured on so many accounts


def table(**columns: Any) -> pa.Table:
    """Return a table."""
    return pa.table(columns)


def people_truth(
    settings: Settings, people: People, records: Records, copies: list[tuple[str, Any, Any]]
) -> pa.Table:
    """Return who each lead and contact really is."""
    parts = []
    for kind, created in (("lead", records.lead_created), ("contact", records.contact_created)):
        person = np.nonzero(created < settings.end)[0]
        parts.append(_identities(kind, col.sf_ids(kind, people.number[person]), people, person))
    known = pa.concat_tables(parts)
    for _, ids, copied in copies:
        at = pc.index_in(copied, value_set=known.column("record_id").combine_chunks())
        found = known.filter(pa.array(np.zeros(known.num_rows, dtype=bool)))
        if at.null_count < len(at):
            rows = known.take(at.fill_null(0))
            kinds = pa.array(
                ["contact" if text.startswith("003") else "lead" for text in ids.to_pylist()]
            )
            found = rows.set_column(0, "record_type", kinds).set_column(1, "record_id", ids)
            found = found.filter(at.is_valid())
        known = pa.concat_tables([known, found]).combine_chunks()
    return known.sort_by([("record_type", "ascending"), ("record_id", "ascending")])


def _identities(kind: str, ids: Any, people: People, person: Any) -> pa.Table:
    return table(
        record_type=col.constant(kind, len(person)),
        record_id=ids,
        person_key=col.numbered("person-", people.number[person]),
        mailbox_type=col.text(MAILBOXES, people.mailbox[person]),
    )


def accounts_truth(companies: Companies, people: People) -> pa.Table:
    """Return the company of each person, whether or not the CRM has it as an account."""
    company = people.company
    number = companies.number[company]
    aliased = has_alias(number)
    return table(
        person_key=col.numbered("person-", people.number),
        account_id=col.sf_ids("account", number),
        company_domain=company_domains(number),
        alias_domain=col.blank(alias_domains(number), ~aliased),
        fit=col.decimals((companies.fit[company] * 10_000).astype(np.int64), 4),
    )


def touches_truth(
    settings: Settings,
    companies: Companies,
    people: People,
    touches: Touches,
    sessions: Sessions,
    pages: Pages,
    first_page: int,
) -> pa.Table:
    """Return the real touches: visits with their landing page view, responses, sales touches."""
    names = [channel.name for channel in settings.channels]
    landing = np.nonzero(pages.turn == 0)[0]
    visited = np.maximum(sessions.person, 0)
    is_person = sessions.person >= 0
    visits = table(
        touch_kind=col.constant("web", len(landing)),
        record_id=col.numbered("pv", first_page + landing),
        person_key=col.numbered("person-", np.where(is_person, people.number[visited], -1)),
        account_id=col.sf_ids(
            "account", np.where(is_person, companies.number[people.company[visited]], -1)
        ),
        channel_name=col.text(names, sessions.channel),
        campaign_id=pa.nulls(len(landing), pa.string()),
        touch_at=col.stamps(sessions.time),
        is_form=col.truth(sessions.is_form),
        is_real=col.truth(is_person),
    )
    rest = touches.take(touches.is_response | touches.is_sales)
    kind = np.where(rest.is_response, 0, 1)
    others = table(
        touch_kind=col.text(["response", "sales"], kind),
        record_id=pa.nulls(len(rest), pa.string()),
        person_key=col.numbered("person-", people.number[rest.person]),
        account_id=col.sf_ids("account", companies.number[rest.company]),
        channel_name=col.text(names, rest.channel),
        campaign_id=col.sf_ids("campaign", np.where(rest.is_response, rest.pick, -1)),
        touch_at=col.stamps(rest.time),
        is_form=col.truth(rest.is_form),
        is_real=col.truth(np.ones(len(rest), dtype=bool)),
    )
    return pa.concat_tables([visits, others])


def stages_truth(
    settings: Settings, people: People, cycles: Cycles, deals: Deals, deal_number: Any
) -> pa.Table:
    """Return when each cycle of each lead really reached each stage."""
    is_new = np.diff(cycles.person, prepend=-1) != 0
    starts = np.nonzero(is_new)[0]
    turn = np.arange(len(cycles)) - np.repeat(starts, np.diff(np.append(starts, len(cycles)))) + 1
    has_deal = cycles.deal >= 0
    deal = np.maximum(cycles.deal, 0)
    closed = deals.closed[deal] if len(deals) else np.full(len(cycles), NEVER)
    won = has_deal & (deals.is_won[deal] if len(deals) else False) & (closed < settings.end)
    return table(
        lead_id=col.sf_ids("lead", people.number[cycles.person]),
        cycle_number=col.whole(turn),
        inquiry_at=col.stamps(cycles.start),
        mql_at=col.stamps(cycles.mql),
        accepted_at=col.stamps(cycles.accepted),
        qualified_at=col.stamps(cycles.qualified),
        opportunity_at=col.stamps(cycles.converted),
        won_at=col.stamps(np.where(won, closed, NEVER)),
        opportunity_id=col.sf_ids(
            "opportunity", np.where(has_deal, deal_number[deal] if len(deals) else -1, -1)
        ),
    )


def effects_truth(settings: Settings, staff: Staff, plan: Plan) -> pa.Table:
    """Return per channel the planted effect, and the deals that would not exist without it.

    Each run switches one channel off and keeps all dice (common random numbers). The expected deals
    compare the chances of both runs in the weeks in which the account was free to open a deal: no
    luck is in them.
    """
    count = min(settings.accounts, EFFECT_ACCOUNTS)
    companies = make_companies(settings, staff, 0, 0, count)
    full = simulate(settings, staff, plan, companies, 0)
    rows: list[tuple[int, int, int, int, int]] = []
    for channel in settings.channels:
        seen = int(full.exposed[channel.name].sum())
        if not channel.effect and not channel.helps:
            rows.append((0, 0, 0, 0, seen))
            continue
        other = without(settings, staff, plan, companies, 0, full, channel.name)
        lost = np.where(full.is_free, full.hazard - other.hazard, 0.0)
        rows.append(
            (
                len(full.deal_company) - len(other.deal_company),
                int(full.deal_won.sum()) - int(other.deal_won.sum()),
                _thousandths(lost),
                _thousandths(lost * full.win_chance),
                seen,
            )
        )
    figures = np.array(rows, dtype=np.int64)
    effect = np.array([round(channel.effect * 1000) for channel in settings.channels])
    memory = np.array([round(channel.memory * 1000) for channel in settings.channels])
    return table(
        channel_name=pa.array([channel.name for channel in settings.channels]),
        is_capture=col.truth(effect == 0),
        effect_on_logit=col.decimals(effect, 3),
        weekly_memory_share=col.decimals(memory, 3),
        exposure_count=col.whole(figures[:, 4]),
        incremental_deal_count=col.whole(figures[:, 0]),
        incremental_won_count=col.whole(figures[:, 1]),
        incremental_expected_deals=col.decimals(figures[:, 2], 3),
        incremental_expected_won=col.decimals(figures[:, 3], 3),
        account_count=col.whole(np.full(len(rows), count)),
    )


def _thousandths(values: Floats) -> int:
    """Return the sum in thousandths, by whole numbers: a sum of floats depends on its order."""
    return int((values * 1e9).astype(np.int64).sum()) // 1_000_000


def staff_truth(staff: Staff) -> pa.Table:
    """Return what each seller, development rep and marketer adds to the logit of winning."""
    numbers = [
        (np.arange(staff.sellers), staff.seller_effect, "seller"),
        (
            staff.developer_user(np.arange(staff.developers)),
            staff.developer_effect,
            "development rep",
        ),
        (staff.marketer_user(np.arange(staff.marketers)), staff.marketer_effect, "marketer"),
    ]
    return pa.concat_tables(
        [
            table(
                user_id=col.sf_ids("user", number),
                staff_role=col.constant(role, len(number)),
                effect_on_logit=col.decimals((effect * 1000).astype(np.int64), 3),
            )
            for number, effect, role in numbers
        ]
    )
