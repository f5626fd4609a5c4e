"""One run: the world in blocks of accounts, each block's tables, then what exists once."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

import numpy as np
import pyarrow as pa

from touchstone.sample import (
    crm_activity,
    crm_campaigns,
    crm_deals,
    crm_people,
    money,
    signals,
    truth,
    web,
)
from touchstone.sample.contracts import Contract
from touchstone.sample.crm_people import Columns
from touchstone.sample.cycles import make_cycles
from touchstone.sample.deals import Deals, concatenate, later_business, new_business, test_deals
from touchstone.sample.demand import simulate
from touchstone.sample.dice import Dice, Ints
from touchstone.sample.faults import CRM_STEPS, RARE_STEPS
from touchstone.sample.faults_answers import RARE_ANSWER_STEPS, answered_on
from touchstone.sample.faults_elsewhere import RARE_REST_STEPS, REST_STEPS, WEB_STEPS
from touchstone.sample.faults_seen import SEEN_STEPS, same_day_responses
from touchstone.sample.faults_visits import RARE_WEB_STEPS, SEEN_WEB_STEPS
from touchstone.sample.files import as_text, in_contract
from touchstone.sample.parameters import BLOCK_ACCOUNTS, Settings
from touchstone.sample.plan import Plan, make_plan
from touchstone.sample.population import Staff, make_companies, make_people, make_staff
from touchstone.sample.records import make_records
from touchstone.sample.spoiler import MEMBERS, Key, Spoiler, spoil, with_texts
from touchstone.sample.touches import make_touches

Contracts = dict[Key, Contract]
ROW_SPACE = 4_000_000  # numbers that one block may use for the rows of one table
WORKERS = 4  # processes for the blocks of a large company


@dataclass
class Part:
    """Some rows of the raw tables, and the truth behind them."""

    tables: dict[Key, pa.Table]
    truths: dict[str, pa.Table]


def make_parts(
    settings: Settings, contracts: Contracts, report: Callable[[str], None], *, as_csv: bool
) -> Iterator[Part]:
    """Yield blocks of accounts, then what exists once; values that fit no type only `as_csv`."""
    blocks = -(-settings.accounts // BLOCK_ACCOUNTS)
    make = partial(_block_part, settings, contracts, as_csv)
    report(f"{settings.accounts:,} accounts over {settings.months} months")
    if blocks == 1:
        yield make(0)
    else:
        workers = min(os.cpu_count() or 1, WORKERS)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for block, part in enumerate(_in_order(pool, make, blocks, workers)):
                done = min((block + 1) * BLOCK_ACCOUNTS, settings.accounts)
                report(f"{done:,} of {settings.accounts:,} accounts done")
                yield part
    report("campaigns, ads, finance, and what each channel really did")
    staff, plan = make_staff(settings), make_plan(settings)
    truths = {
        "channel_effect": truth.effects_truth(settings, staff, plan),
        "staff_effect": truth.staff_truth(staff),
    }
    yield _part(_once(settings, contracts, staff, plan, as_csv=as_csv), truths, as_csv)


def _in_order(
    pool: Executor, make: Callable[[int], Part], blocks: int, workers: int
) -> Iterator[Part]:
    """Yield the parts in order; no more of them wait than there are workers, or memory grows."""
    waiting: deque[Future[Part]] = deque()
    for block in range(blocks):
        waiting.append(pool.submit(make, block))
        if len(waiting) > workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _block_part(settings: Settings, contracts: Contracts, as_csv: bool, block: int) -> Part:
    """Return one block of accounts; it does not depend on the others."""
    staff, plan = make_staff(settings), make_plan(settings)
    maker = _Block(settings, contracts, staff, plan, block, as_csv=as_csv)
    return _part(maker.spoiler, maker.truths, as_csv)


def _part(spoiler: Spoiler, truths: dict[str, pa.Table], as_csv: bool) -> Part:
    if as_csv:
        with_texts(spoiler.tables, spoiler.texts, as_text)
    return Part(spoiler.tables, {**truths, "fault": spoiler.faults()})


def _once(
    settings: Settings, contracts: Contracts, staff: Staff, plan: Plan, *, as_csv: bool
) -> Spoiler:
    """Return the tables that do not grow with the accounts."""
    columns: dict[Key, Columns] = {
        ("crm", "users"): crm_people.users(settings, staff),
        ("crm", "campaigns"): crm_campaigns.campaigns(settings, staff, plan),
        ("crm", "conversion_rates"): crm_deals.conversion_rates(settings),
        **money.ad_tables(settings, plan),
        ("finance", "campaign_costs"): money.campaign_costs(settings, plan),
        ("finance", "revenue_plan"): money.revenue_plan(settings),
    }
    tables = _in_contract(contracts, columns)
    dice = Dice(settings.seed, "faults once")
    spoiler = Spoiler(tables, dice, settings, contracts, as_csv=as_csv)
    spoil(spoiler, REST_STEPS)
    if not spoiler.is_kept_sample:
        spoil(spoiler, RARE_REST_STEPS)
    return spoiler


class _Block:
    """A block of accounts: its world first, then its tables, its dirt, its truth."""

    def __init__(
        self,
        settings: Settings,
        contracts: Contracts,
        staff: Staff,
        plan: Plan,
        block: int,
        *,
        as_csv: bool,
    ) -> None:
        """Make everything of the block."""
        self.settings, self.staff, self.plan, self.block = settings, staff, plan, block
        self.base = block * ROW_SPACE
        first = block * BLOCK_ACCOUNTS
        count = min(BLOCK_ACCOUNTS, settings.accounts - first)
        self.companies = make_companies(settings, staff, block, first, count)
        self.people = make_people(settings, self.companies, block, self.base)
        self.demand = simulate(settings, staff, plan, self.companies, block)
        self.touches = make_touches(settings, plan, self.companies, self.people, self.demand, block)
        self.known = self.touches.take(self.touches.is_form | self.touches.is_response)
        opened = new_business(settings, self.companies, self.demand, block)
        self.records = make_records(
            settings, self.companies, self.people, self.known, opened, block
        )
        opened = replace(opened, created=self.records.deal_created)
        self.cycles = make_cycles(settings, self.known, self.records, block)
        kinds = [opened]
        if settings.has("F41"):
            kinds.append(later_business(settings, self.companies, opened, block))
        if settings.has("F42"):
            kinds.append(test_deals(settings, self.companies, block))
        self.deals = concatenate(kinds)
        self.deal_number = self.base + _by_creation(self.deals)
        self.sessions = web.make_sessions(
            settings, self.companies, self.people, self.touches, block
        )
        self.pages = web.make_pages(settings, self.sessions, block)

        self.spoiler = Spoiler(
            {},
            Dice(settings.seed, "faults", block),
            settings,
            contracts,
            as_csv=as_csv,
            block=block,
            number_from=self.base,
        )
        columns = {**self._people_tables(), **self._deal_tables(), **self._activity_tables()}
        web_tables = self._web_tables()
        self.spoiler.tables = _in_contract(contracts, {**columns, **web_tables})
        self._spoil()
        self.truths = self._truths()

    def _people_tables(self) -> dict[Key, Columns]:
        settings, people, records = self.settings, self.people, self.records
        changes = crm_people.lead_events(settings, self.cycles, self.block)
        sources = crm_people.lead_sources(settings, people, self.known, records, self.block)
        self.original, current = (sources[0], sources[1]), (sources[0], sources[2])
        return {
            ("crm", "accounts"): crm_people.accounts(
                settings, self.staff, self.companies, people, records, self.deals
            ),
            ("crm", "contacts"): crm_people.contacts(
                settings, self.companies, people, records, current
            ),
            ("crm", "leads"): crm_people.leads(
                settings,
                self.staff,
                self.companies,
                people,
                records,
                changes,
                self.deal_number,
                current,
            ),
            ("crm", "lead_changes"): crm_people.lead_changes(
                settings, people, changes, sources, self.base
            ),
        }

    def _deal_tables(self) -> dict[Key, Columns]:
        settings, deals, number = self.settings, self.deals, self.deal_number
        self.stages = crm_deals.stage_events(settings, deals, self.block)
        return {
            ("crm", "opportunities"): crm_deals.opportunities(
                settings,
                self.staff,
                self.plan,
                self.companies,
                deals,
                number,
                self.stages,
                self.records,
                self.known,
                self.original,
                self.block,
            ),
            ("crm", "opportunity_changes"): crm_deals.opportunity_changes(
                settings, self.companies, deals, number, self.stages, self.base, self.block
            ),
            ("crm", "opportunity_line_items"): crm_deals.line_items(
                settings, self.companies, deals, number, self.base, self.block
            ),
            ("crm", "opportunity_contact_roles"): crm_deals.contact_roles(
                settings, self.people, deals, number, self.records, self.base, self.block
            ),
        }

    def _activity_tables(self) -> dict[Key, Columns]:
        settings, people, records = self.settings, self.people, self.records
        calls = self.touches.take(self.touches.is_sales)
        return {
            ("crm", "campaign_members"): crm_campaigns.campaign_members(
                settings, self.plan, people, self.known, records, self.base, self.block
            ),
            ("crm", "tasks"): crm_activity.tasks(
                settings,
                self.staff,
                self.companies,
                people,
                calls,
                self.cycles,
                self.deals,
                self.deal_number,
                records,
                self.base,
                self.block,
            ),
            ("crm", "events"): crm_activity.meetings(
                settings,
                self.companies,
                people,
                self.cycles,
                self.deals,
                self.deal_number,
                records,
                self.base,
                self.block,
            ),
            ("intent", "account_signals"): signals.account_signals(
                settings, self.companies, self.demand, self.base, self.block
            ),
        }

    def _web_tables(self) -> dict[Key, Columns]:
        settings, people = self.settings, self.people
        views = web.page_views(
            settings, self.plan, people, self.sessions, self.pages, self.base, self.block
        )
        forms = web.identifies(
            settings, self.companies, people, self.sessions, self.pages, self.base
        )
        return {("web", "page_views"): views, ("web", "identifies"): forms}

    def _spoil(self) -> None:
        spoil(self.spoiler, CRM_STEPS)
        if not self.spoiler.is_kept_sample:
            spoil(self.spoiler, RARE_STEPS)
            spoil(self.spoiler, RARE_ANSWER_STEPS)
        spoil(self.spoiler, WEB_STEPS)
        if not self.spoiler.is_kept_sample:
            spoil(self.spoiler, RARE_WEB_STEPS)
        self._responses_of_the_day()
        spoil(self.spoiler, SEEN_STEPS)
        spoil(self.spoiler, SEEN_WEB_STEPS)

    def _responses_of_the_day(self) -> None:
        """F07: responses with the date on which a deal of the company was created; else none."""
        answers = answered_on(self.spoiler, self.plan)
        rows = same_day_responses(self.spoiler, self.companies, self.people, answers)
        if self.settings.has("F07"):
            self.spoiler.note(MEMBERS, rows, "first_responded_date", "F07")
        else:
            self.spoiler.remove(MEMBERS, rows)

    def _truths(self) -> dict[str, pa.Table]:
        return {
            "person": truth.people_truth(
                self.settings, self.people, self.records, self.spoiler.copies
            ),
            "account_match": truth.accounts_truth(self.companies, self.people),
            "touch": truth.touches_truth(
                self.settings,
                self.companies,
                self.people,
                self.touches,
                self.sessions,
                self.pages,
                self.base,
            ),
            "stage_times": truth.stages_truth(
                self.settings, self.people, self.cycles, self.deals, self.deal_number
            ),
        }


def _in_contract(contracts: Contracts, columns: dict[Key, Columns]) -> dict[Key, pa.Table]:
    return {key: in_contract(contracts[key], table) for key, table in columns.items()}


def _by_creation(deals: Deals) -> Ints:
    """Return numbers of the deals in order of creation."""
    order = np.lexsort((deals.kind, deals.company, deals.created))
    number = np.empty(len(deals), dtype=np.int64)
    number[order] = np.arange(len(deals))
    return number
