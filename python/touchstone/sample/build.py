"""One run: the world in blocks of accounts, each block's tables, then what exists once."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from touchstone.sample import crm_activity, crm_deals, crm_people, money, signals, web
from touchstone.sample.crm_people import Columns
from touchstone.sample.cycles import make_cycles
from touchstone.sample.deals import Deals, concatenate, later_business, new_business
from touchstone.sample.demand import simulate
from touchstone.sample.parameters import BLOCK_ACCOUNTS, Settings
from touchstone.sample.plan import Plan, make_plan
from touchstone.sample.population import Staff, make_companies, make_people, make_staff
from touchstone.sample.records import make_records
from touchstone.sample.touches import make_touches

Key = tuple[str, str]
ROW_SPACE = 4_000_000  # numbers that one block may use for the rows of one table


def make_tables(settings: Settings, report: Callable[[str], None]) -> Iterator[tuple[Key, Columns]]:
    """Yield tables: those of each block in turn, then those that exist once."""
    staff, plan = make_staff(settings), make_plan(settings)
    blocks = -(-settings.accounts // BLOCK_ACCOUNTS)
    people_before = 0
    for block in range(blocks):
        first = block * BLOCK_ACCOUNTS
        count = min(BLOCK_ACCOUNTS, settings.accounts - first)
        report(f"accounts {first + 1:,} to {first + count:,} of {settings.accounts:,}")
        tables, people_before = _block(settings, staff, plan, block, first, count, people_before)
        yield from tables.items()
    yield ("crm", "users"), crm_people.users(staff)
    yield ("crm", "campaigns"), crm_activity.campaigns(settings, staff, plan)
    yield ("crm", "conversion_rates"), crm_deals.conversion_rates(settings)
    yield from money.ad_tables(settings, plan).items()
    yield ("finance", "campaign_costs"), money.campaign_costs(settings, plan)
    yield ("finance", "revenue_plan"), money.revenue_plan(settings)


def _block(
    settings: Settings,
    staff: Staff,
    plan: Plan,
    block: int,
    first: int,
    count: int,
    people_before: int,
) -> tuple[dict[Key, Columns], int]:
    companies = make_companies(settings, staff, block, first, count)
    people = make_people(settings, companies, block, people_before)
    demand = simulate(settings, staff, plan, companies, block)
    touches = make_touches(settings, plan, companies, people, demand, block)
    known = touches.take(touches.is_form | touches.is_response)
    opened = new_business(settings, companies, demand, block)
    records = make_records(settings, companies, people, known, opened, block)
    cycles = make_cycles(settings, known, records, block)
    deals = concatenate([opened, later_business(settings, companies, opened, block)])
    base = block * ROW_SPACE
    number = base + _by_creation(deals)
    events = crm_deals.stage_events(settings, deals, block)
    changes = crm_people.lead_events(settings, cycles, block)
    sources = crm_people.lead_sources(settings, people, known, records, block)
    original, current = (sources[0], sources[1]), (sources[0], sources[2])
    sessions = web.make_sessions(settings, people, touches, block)
    pages = web.make_pages(settings, sessions, block)
    tables: dict[Key, Any] = {
        ("crm", "accounts"): crm_people.accounts(settings, staff, companies, people, records, deals),
        ("crm", "contacts"): crm_people.contacts(settings, companies, people, records, current),
        ("crm", "leads"): crm_people.leads(
            settings, staff, companies, people, records, changes, number, current
        ),
        ("crm", "lead_changes"): crm_people.lead_changes(settings, people, changes, sources, base),
        ("crm", "opportunities"): crm_deals.opportunities(
            settings, staff, plan, companies, deals, number, events, records, known, original, block
        ),
        ("crm", "opportunity_changes"): crm_deals.opportunity_changes(
            settings, companies, deals, number, events, base, block
        ),
        ("crm", "opportunity_line_items"): crm_deals.line_items(
            settings, companies, deals, number, base, block
        ),
        ("crm", "opportunity_contact_roles"): crm_deals.contact_roles(
            settings, people, deals, number, records, base, block
        ),
        ("crm", "campaign_members"): crm_activity.campaign_members(
            settings, plan, people, known, records, base, block
        ),
        ("crm", "tasks"): crm_activity.tasks(
            settings, staff, companies, people, touches.take(touches.is_sales), cycles, deals,
            number, records, base, block,
        ),
        ("crm", "events"): crm_activity.meetings(
            settings, companies, people, cycles, deals, number, records, base, block
        ),
        ("web", "page_views"): web.page_views(settings, plan, people, sessions, pages, base, block),
        ("web", "identifies"): web.identifies(settings, companies, people, sessions, pages, base),
        ("intent", "account_signals"): signals.account_signals(settings, companies, demand, base, block),
    }  # fmt: skip
    return tables, people_before + len(people)


def _by_creation(deals: Deals) -> Any:
    """Return numbers of the deals in order of creation."""
    order = np.lexsort((deals.kind, deals.company, deals.created))
    number = np.empty(len(deals), dtype=np.int64)
    number[order] = np.arange(len(deals))
    return number
