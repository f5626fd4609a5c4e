"""CRM tables of what sales did: tasks and events."""

import numpy as np
import pyarrow as pa

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.crm_people import Columns
from touchstone.sample.cycles import Cycles
from touchstone.sample.deals import Deals
from touchstone.sample.dice import Dice, Ints
from touchstone.sample.parameters import Settings
from touchstone.sample.population import Companies, People, Staff
from touchstone.sample.records import Records
from touchstone.sample.touches import Touches

SUBJECTS = (
    "Call",
    "Call: left voicemail",
    "Email: introduction",
    "Call: discovery questions",
    "Email: follow-up",
)
AUTOMATED = ("[Sequence] Step 1 email", "[Sequence] Step 2 email", "Automated email: nurture")
MEETINGS = ("Discovery meeting", "Product demo", "Proposal review", "Technical workshop")


def tasks(
    settings: Settings,
    staff: Staff,
    companies: Companies,
    people: People,
    sales_touches: Touches,
    cycles: Cycles,
    deals: Deals,
    deal_number: Ints,
    records: Records,
    number_from: int,
    block: int,
) -> Columns:
    """Return calls and e-mails: outbound, follow-up of MQLs, sequences, and work on deals."""
    dice = Dice(settings.seed, "tasks", block)
    nobody = np.full
    developer = staff.developer_user(companies.developer)
    parts = []  # person, deal (-1 none), time, owner, subject

    company = sales_touches.company
    subject = dice.between(0, 2, len(company))
    parts.append(
        (
            sales_touches.person,
            nobody(len(company), -1),
            sales_touches.time,
            developer[company],
            subject,
        )
    )

    inbound = records.deal_touch >= 0
    cold = np.nonzero(
        ~inbound & (records.contact_created[records.deal_person] < deals.created[: len(inbound)])
    )[0]
    person = records.deal_person[cold]
    begun = records.contact_created[person]
    gap = np.minimum(deals.created[cold] - begun, 30 * DAY)
    time = deals.created[cold] - gap * dice.between(5, 95, len(cold)) // 100
    parts.append(
        (
            person,
            nobody(len(cold), -1),
            time,
            developer[companies_of(people, person)],
            nobody(len(cold), 3),
        )
    )

    until = np.minimum(np.minimum(cycles.accepted, cycles.end), cycles.limit)
    worked = np.nonzero((cycles.mql < NEVER) & (np.minimum(cycles.accepted, cycles.end) < NEVER))[0]
    span = until[worked] - cycles.mql[worked]
    worked, span = worked[span < 30 * DAY], span[span < 30 * DAY]
    time = cycles.mql[worked] + span * dice.between(10, 95, len(worked)) // 100
    person = cycles.person[worked]
    parts.append(
        (
            person,
            nobody(len(person), -1),
            time,
            developer[companies_of(people, person)],
            nobody(len(person), 1),
        )
    )

    mqls = np.nonzero(
        (cycles.mql < NEVER) & dice.chance(settings.world["sales"]["sequence_share"], len(cycles))
    )[0]
    person = cycles.person[mqls]
    time = cycles.mql[mqls] + dice.between(60, 900, len(mqls))
    robot = len(SUBJECTS) + dice.between(0, len(AUTOMATED) - 1, len(mqls))
    parts.append(
        (person, nobody(len(person), -1), time, developer[companies_of(people, person)], robot)
    )

    worked_deals, time = _during(settings, dice, deals, settings.world["sales"]["tasks_per_deal"])
    person = _main_person(records, deals)[worked_deals]
    subject = dice.between(3, 4, len(person))
    parts.append(
        (person, worked_deals, time, companies.seller[deals.company[worked_deals]], subject)
    )

    company = np.concatenate(
        [*[companies_of(people, part[0]) for part in parts[:4]], deals.company[worked_deals]]
    )
    person, deal, time, owner, subject = (
        np.concatenate([part[at] for part in parts]) for at in range(5)
    )
    keep = time < settings.end
    person, deal, time, owner, subject, company = (
        array[keep] for array in (person, deal, time, owner, subject, company)
    )
    order = np.lexsort((subject, person, time))
    person, deal, time, owner, subject, company = (
        array[order] for array in (person, deal, time, owner, subject, company)
    )
    count = len(person)
    is_call = np.array([word.startswith("Call") for word in (*SUBJECTS, *AUTOMATED)])[subject]
    return {
        "id": col.sf_ids("task", number_from + np.arange(count)),
        "who_id": who_ids(settings, people, records, person, time),
        "what_id": col.sf_ids("opportunity", np.where(deal >= 0, deal_number[deal], -1)),
        "account_id": account_ids(settings, companies, records, person, company, deal, time),
        "activity_date": col.days(time),
        "created_date": col.stamps(time),
        "subject": col.text([*SUBJECTS, *AUTOMATED], subject),
        "type": col.text(["Email", "Call"], is_call.astype(np.int64)),
        "task_subtype": col.text(["Email", "Call"], is_call.astype(np.int64)),
        "status": col.constant("Completed", count),
        "owner_id": col.sf_ids("user", owner),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
    }


def companies_of(people: People, person: Ints) -> Ints:
    """Return the company of each person."""
    return people.company[person]


def _main_person(records: Records, deals: Deals) -> Ints:
    main = np.full(len(deals), -1, dtype=np.int64)
    main[: len(records.deal_person)] = records.deal_person
    return main


def _during(settings: Settings, dice: Dice, deals: Deals, mean: float) -> tuple[Ints, Ints]:
    """Return deals, repeated a few times, and a time on a day while each was open."""
    times = dice.poisson(mean, len(deals))
    deal = np.repeat(np.arange(len(deals), dtype=np.int64), times)
    way = np.minimum(deals.closed, settings.end)[deal] - deals.created[deal]
    moment = deals.created[deal] + way * dice.between(3, 97, len(deal)) // 100
    return deal, moment // DAY * DAY + dice.between(30_000, 61_000, len(deal))


def who_ids(
    settings: Settings, people: People, records: Records, person: Ints, time: Ints
) -> pa.Array:
    """Return the contact if there was one at the time, else the lead, else nobody."""
    known = person >= 0
    safe = np.maximum(person, 0)
    is_contact = known & (records.contact_created[safe] <= time)
    is_lead = known & ~is_contact & (records.lead_created[safe] <= time)
    contact = col.sf_ids("contact", np.where(is_contact, people.number[safe], -1))
    lead = col.sf_ids("lead", np.where(is_lead, people.number[safe], -1))
    return col.replace(contact, is_lead, lead.filter(pa.array(is_lead)))


def account_ids(
    settings: Settings,
    companies: Companies,
    records: Records,
    person: Ints,
    company: Ints,
    deal: Ints,
    time: Ints,
) -> pa.Array:
    """Return the account, when the CRM can know it: not of a lead, nor of a company not in it."""
    safe = np.maximum(person, 0)
    is_contact = (person >= 0) & (records.contact_created[safe] <= time)
    is_lead = (person >= 0) & ~is_contact & (records.lead_created[safe] <= time)
    has_account = (
        (deal >= 0) | is_contact | (~is_lead & (companies.in_crm_from_start[company] == 1))
    )
    return col.sf_ids("account", np.where(has_account, companies.number[company], -1))


def meetings(
    settings: Settings,
    companies: Companies,
    people: People,
    cycles: Cycles,
    deals: Deals,
    deal_number: Ints,
    records: Records,
    number_from: int,
    block: int,
) -> Columns:
    """Return meetings: the one that qualifies a lead, and those while a deal is open."""
    dice = Dice(settings.seed, "meetings", block)
    held = np.nonzero(cycles.qualified < settings.end)[0]
    open_deals, during = _during(
        settings, dice, deals, settings.world["sales"]["meetings_per_deal"]
    )
    person = np.concatenate([cycles.person[held], _main_person(records, deals)[open_deals]])
    deal = np.concatenate([np.full(len(held), -1), open_deals])
    time = np.concatenate([cycles.qualified[held] - 1800, during])
    company = np.concatenate([people.company[cycles.person[held]], deals.company[open_deals]])
    keep = time < settings.end
    person, deal, time, company = person[keep], deal[keep], time[keep], company[keep]
    order = np.lexsort((deal, person, time))
    person, deal, time, company = person[order], deal[order], time[order], company[order]
    count = len(person)
    subject = np.where(deal < 0, 0, dice.between(1, 3, count))
    return {
        "id": col.sf_ids("event", number_from + np.arange(count)),
        "who_id": who_ids(settings, people, records, person, time),
        "what_id": col.sf_ids("opportunity", np.where(deal >= 0, deal_number[deal], -1)),
        "account_id": account_ids(settings, companies, records, person, company, deal, time),
        "activity_date_time": col.stamps(time),
        "created_date": col.stamps(time - dice.between(1, 5, count) * DAY),
        "subject": col.text(MEETINGS, subject),
        "type": col.constant("Meeting", count),
        "duration_in_minutes": col.whole(15 * dice.between(1, 4, count)),
        "owner_id": col.sf_ids("user", companies.seller[company]),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
    }
