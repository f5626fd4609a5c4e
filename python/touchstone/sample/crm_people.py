"""CRM tables of people and companies: accounts, contacts, leads, lead_changes, users."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from touchstone.sample import columns as col
from touchstone.sample import cycles as stages
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.cycles import Cycles
from touchstone.sample.deals import Deals
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.naming import company_domains, company_names, emails, legal_suffixes
from touchstone.sample.parameters import Settings
from touchstone.sample.population import Companies, People, Staff
from touchstone.sample.records import Records
from touchstone.sample.touches import Touches

Columns = dict[str, Any]

NO_RECORD = -1
OVERWRITES = ("Data Enrichment", "Web", "Other")
OUTBOUND = "Outbound"


@dataclass(frozen=True)
class LeadEvents:
    """Changes of lead status in order of person and time."""

    person: Ints
    time: Ints
    old: Ints
    new: Ints
    reason: Ints  # position in the list of all reasons, -1 for none


def synced(settings: Settings, count: int) -> Any:
    """Return the time of the last load: three hours after the end."""
    return col.stamps(np.full(count, settings.end + 3 * 3600))


def accounts(
    settings: Settings,
    staff: Staff,
    companies: Companies,
    people: People,
    records: Records,
    deals: Deals,
) -> Columns:
    """Return the accounts: known from the start, or made with a contact or a deal."""
    created = np.where(companies.in_crm_from_start == 1, companies.created, NEVER)
    np.minimum.at(created, people.company, records.contact_created - 60)
    np.minimum.at(created, deals.company, deals.created - 120)
    won = np.zeros(len(companies), dtype=bool)
    won[deals.company[deals.is_won & (deals.closed < settings.end)]] = True
    won |= companies.customer_since < NEVER
    rows = np.nonzero(created < settings.end)[0]
    number, count = companies.number[rows], len(rows)
    names, domains = company_names(number), company_domains(number)
    style = number % 5
    website = col.join_present(
        col.text(["https://www.", "www.", "", "http://", "https://www."], style),
        domains,
        col.text(["", "", "", "/", "/en"], style),
    )
    with_suffix = col.join(names, " ", legal_suffixes(settings, companies.country[rows]))
    kinds = np.where(won[rows], 0, np.where(number % 53 == 11, 2, 1))
    return {
        "id": col.sf_ids("account", number),
        "name": _some_with_suffix(settings, names, with_suffix, number % 3 == 0),
        "website": col.blank(website, number % 29 == 3),
        "parent_id": col.sf_ids("account", _parents(companies, created, rows, settings)),
        "type": col.text(["Customer", "Prospect", "Partner"], kinds),
        "industry": col.text(settings.world["industries"], companies.industry[rows]),
        "number_of_employees": col.whole(companies.employees[rows]),
        "annual_revenue": col.decimals(companies.employees[rows] * 185_000, 0),
        "billing_country": col.text(
            [row["name"] for row in settings.world["countries"]], companies.country[rows]
        ),
        "owner_id": col.sf_ids("user", companies.seller[rows]),
        "marketer_id": col.sf_ids("user", staff.marketer_user(companies.marketer[rows])),
        "created_date": col.stamps(created[rows]),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "master_record_id": col.constant(None, count),
        "_fivetran_synced": synced(settings, count),
    }


def _some_with_suffix(settings: Settings, names: Any, with_suffix: Any, where: Bools) -> Any:
    """Return the names, some with their legal form: one company in two spellings (F26)."""
    chosen = where & settings.has("F26")
    return col.replace(names, chosen, with_suffix.filter(chosen))


def _parents(companies: Companies, created: Ints, rows: Ints, settings: Settings) -> Ints:
    """Return the parent of every 17th account: the account before it, if the CRM has that."""
    before = np.maximum(rows - 1, 0)
    has_parent = (
        (companies.number[rows] % 17 == 5) & (created[before] < settings.end) & (before != rows)
    )
    return np.where(has_parent, companies.number[before], -1)


def contacts(
    settings: Settings,
    companies: Companies,
    people: People,
    records: Records,
    sources: tuple[list[str], Ints],
) -> Columns:
    """Return the contacts: converted leads, and people whom sales or success added directly."""
    person = np.nonzero(records.contact_created < settings.end)[0]
    company, count = people.company[person], len(person)
    return {
        "id": col.sf_ids("contact", people.number[person]),
        "account_id": col.sf_ids("account", companies.number[company]),
        "email": emails(settings, companies, people, person),
        "title": titles(settings, people, person),
        "lead_source": col.text(sources[0], sources[1][person]),
        "owner_id": col.sf_ids("user", companies.seller[company]),
        "created_date": col.stamps(records.contact_created[person]),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "master_record_id": col.constant(None, count),
        "_fivetran_synced": synced(settings, count),
    }


def titles(settings: Settings, people: People, person: Ints) -> Any:
    """Return job titles."""
    rows = settings.world["people"]
    words = [title for row in rows for title in row["titles"]]
    first = np.cumsum([0, *[len(row["titles"]) for row in rows]])[:-1]
    return col.text(words, first[people.role[person]] + people.title[person])


def leads(
    settings: Settings,
    staff: Staff,
    companies: Companies,
    people: People,
    records: Records,
    events: LeadEvents,
    deal_number: Ints,
    sources: tuple[list[str], Ints],
) -> Columns:
    """Return the leads."""
    person = np.nonzero(records.lead_created < settings.end)[0]
    company, count = people.company[person], len(person)
    number = people.number[person]
    is_converted = records.converted[person] < settings.end
    status = np.zeros(len(people), dtype=np.int64)
    status[events.person] = events.new  # the last change of each person stays
    status[person[is_converted]] = stages.QUALIFIED
    deal = records.converted_deal[person]
    deal_of = np.where(deal >= 0, deal_number[deal] if len(deal_number) else -1, -1)
    names = company_names(companies.number[company])
    with_suffix = col.join(names, " ", legal_suffixes(settings, companies.country[company]))
    return {
        "id": col.sf_ids("lead", number),
        "email": emails(settings, companies, people, person),
        "company": _some_with_suffix(settings, names, with_suffix, number % 4 == 0),
        "website": col.blank(company_domains(companies.number[company]), number % 2 == 0),
        "title": titles(settings, people, person),
        "status": col.text(stages.STATUSES, status[person]),
        "lead_source": col.text(sources[0], sources[1][person]),
        "owner_id": col.sf_ids("user", staff.developer_user(companies.developer[company])),
        "country": col.text(
            [row["name"] for row in settings.world["countries"]], companies.country[company]
        ),
        "industry": col.text(settings.world["industries"], companies.industry[company]),
        "number_of_employees": col.whole(companies.employees[company]),
        "created_date": col.stamps(records.lead_created[person]),
        "is_converted": col.truth(is_converted),
        "converted_date": col.days(records.converted[person]),
        "converted_account_id": col.sf_ids(
            "account", np.where(is_converted, companies.number[company], -1)
        ),
        "converted_contact_id": col.sf_ids("contact", np.where(is_converted, number, -1)),
        "converted_opportunity_id": col.sf_ids("opportunity", deal_of),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "master_record_id": col.constant(None, count),
        "_fivetran_synced": synced(settings, count),
    }


def reasons(settings: Settings) -> tuple[list[str], dict[int, tuple[int, int]]]:
    """Return all rejection reasons; of each status the position of its first, and their count."""
    words: list[str] = []
    where = {}
    for status, listed in settings.world["rejection_reasons"].items():
        where[stages.STATUSES.index(status)] = (len(words), len(listed))
        words.extend(listed)
    return words, where


def lead_events(settings: Settings, cycles: Cycles, block: int) -> LeadEvents:
    """Return the changes of status that the CRM logged; some are skipped, some logged late."""
    dice = Dice(settings.seed, "lead events", block)
    funnel = settings.world["funnel"]
    count = len(cycles)
    late = dice.chance(funnel["late_mql"], count) & (cycles.qualified + 2 * DAY < cycles.limit)
    mql = np.where(late, cycles.qualified + 2 * DAY, cycles.mql)
    skipped = dice.chance(funnel["skipped_acceptance"], count) & (cycles.qualified < NEVER)
    accepted = np.where(skipped, NEVER, cycles.accepted)
    steps = [
        (cycles.working, np.full(count, stages.WORKING)),
        (mql, np.full(count, stages.MQL)),
        (accepted, np.full(count, stages.ACCEPTED)),
        (cycles.qualified, np.full(count, stages.QUALIFIED)),
        (cycles.end, cycles.end_status),
    ]
    person = np.concatenate([cycles.person] * len(steps))
    time = np.concatenate([step[0] for step in steps])
    new = np.concatenate([step[1] for step in steps])
    reason = _draw_reasons(settings, dice, new)
    happened = time < settings.end
    person, time, new, reason = person[happened], time[happened], new[happened], reason[happened]
    order = np.lexsort((new, time, person))
    person, time, new, reason = person[order], time[order], new[order], reason[order]
    old = np.where(np.diff(person, prepend=-1) != 0, stages.NEW, np.append(0, new[:-1])[: len(new)])
    changed: Bools = old != new
    return LeadEvents(person[changed], time[changed], old[changed], new[changed], reason[changed])


def _draw_reasons(settings: Settings, dice: Dice, status: Ints) -> Ints:
    _, where = reasons(settings)
    drawn = np.full(len(status), -1, dtype=np.int64)
    luck = dice.uniform(len(status))
    given = ~dice.chance(settings.world["unspecified_reason"], len(status))
    for code, (first, count) in where.items():
        drawn = np.where(status == code, first + (luck * count).astype(np.int64), drawn)
    return np.where(given, drawn, -1)


def lead_sources(
    settings: Settings, people: People, known: Touches, records: Records, block: int
) -> tuple[list[str], Ints, Ints, Ints]:
    """Return the words; per person the original source, the current one, when overwritten."""
    dice = Dice(settings.seed, "lead sources", block)
    words = [channel.source for channel in settings.channels] + [OUTBOUND, *OVERWRITES]
    has_touch = (records.first_touch >= 0) & (records.lead_created < NEVER)
    original = np.full(len(people), words.index(OUTBOUND), dtype=np.int64)
    original[has_touch] = known.channel[records.first_touch[has_touch]]
    direct = (records.first_touch >= 0) & (records.lead_created == NEVER)
    original[direct] = words.index("Other")
    when = records.lead_created + dice.between(3, 200, len(people)) * DAY
    when = np.minimum(when, records.converted)
    hit = dice.chance(settings.world["funnel"]["source_overwritten"], len(people))
    hit &= (when < settings.end) & (records.lead_created < NEVER)
    new = len(words) - len(OVERWRITES) + dice.between(0, len(OVERWRITES) - 1, len(people))
    hit &= np.array([words[code] for code in new]) != np.array([words[code] for code in original])
    return words, original, np.where(hit, new, original), np.where(hit, when, NEVER)


def lead_changes(
    settings: Settings,
    people: People,
    events: LeadEvents,
    sources: tuple[list[str], Ints, Ints, Ints],
    number_from: int,
) -> Columns:
    """Return the field history of leads: Status, Rejection_Reason__c and LeadSource."""
    source_words, original, current, overwritten = sources
    reason_words, _ = reasons(settings)
    words = [*stages.STATUSES, *reason_words, *source_words]
    with_reason = events.reason >= 0
    resourced = np.nonzero(overwritten < settings.end)[0]
    first_reason, first_source = len(stages.STATUSES), len(stages.STATUSES) + len(reason_words)
    person = np.concatenate([events.person, events.person[with_reason], resourced])
    time = np.concatenate([events.time, events.time[with_reason], overwritten[resourced]])
    field = np.repeat([0, 1, 2], [len(events.person), int(with_reason.sum()), len(resourced)])
    old = np.concatenate(
        [events.old, np.full(int(with_reason.sum()), -1), first_source + original[resourced]]
    )
    new = np.concatenate(
        [events.new, first_reason + events.reason[with_reason], first_source + current[resourced]]
    )
    order = np.lexsort((field, person, time))
    count = len(order)
    return {
        "id": col.sf_ids("lead_change", number_from + np.arange(count)),
        "lead_id": col.sf_ids("lead", people.number[person[order]]),
        "field": col.text(["Status", "Rejection_Reason__c", "LeadSource"], field[order]),
        "old_value": col.text(words, old[order]),
        "new_value": col.text(words, new[order]),
        "created_date": col.stamps(time[order]),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
    }


def users(settings: Settings, staff: Staff) -> Columns:
    """Return the staff, their three managers, and the integration user."""
    groups = [
        ("Account Executive", "Sales", staff.sellers, 0),
        ("Sales Development Representative", "Sales Development", staff.developers, 1),
        ("Marketing Manager", "Marketing", staff.marketers, 2),
        ("VP Sales", "Sales", 1, -1),
        ("Head of Sales Development", "Sales Development", 1, -1),
        ("VP Marketing", "Marketing", 1, -1),
        ("Integration User", "Operations", 1, -1),
    ]
    sizes = [row[2] for row in groups]
    count, group = sum(sizes), np.repeat(np.arange(len(groups)), sizes)
    bosses = staff.sellers + staff.developers + staff.marketers
    manager = np.array([bosses + row[3] if row[3] >= 0 else -1 for row in groups], dtype=np.int64)
    return {
        "id": col.sf_ids("user", np.arange(count)),
        "title": col.text([row[0] for row in groups], group),
        "department": col.text([row[1] for row in groups], group),
        "manager_id": col.sf_ids("user", manager[group]),
        "is_active": col.truth(
            (np.arange(count) != 1) | (not settings.world["company"]["has_left"])
        ),
    }
