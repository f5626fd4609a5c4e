"""Ordinary dirt (spec 5.6) in the CRM: each function puts in one kind, and writes down where."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.dice import Ints
from touchstone.sample.spoiler import Key, Spoiler

ACCOUNTS: Key = ("crm", "accounts")
CONTACTS: Key = ("crm", "contacts")
LEADS: Key = ("crm", "leads")
LEAD_CHANGES: Key = ("crm", "lead_changes")
OPPORTUNITIES: Key = ("crm", "opportunities")
CHANGES: Key = ("crm", "opportunity_changes")
ROLES: Key = ("crm", "opportunity_contact_roles")
MEMBERS: Key = ("crm", "campaign_members")
TASKS: Key = ("crm", "tasks")

COPY_NUMBERS = 400_000_000  # copies get ids from here on, apart from all others
BY_HAND = {
    "MQL": ["mql ", "M.Q.L.", "Mql"],
    "Rejected": ["rejected", "REJECTED "],
    "Recycled": ["recycled"],
}


def spoil_crm(spoiler: Spoiler, first_copy: int, end: int) -> None:
    """Put all kinds of dirt into the CRM tables of a block."""
    numbers = _Numbers(COPY_NUMBERS + first_copy)
    overwritten_sources(spoiler)
    duplicate_leads(spoiler, numbers, end)
    leads_of_contacts(spoiler, numbers, end)
    merged_accounts_and_contacts(spoiler, numbers)
    internal_leads(spoiler, numbers)
    deleted_rows(spoiler)
    back_dated_deals(spoiler)
    odd_amounts(spoiler)
    odd_currencies(spoiler)
    odd_close_dates(spoiler, end)
    roles_of_other_accounts(spoiler)
    statuses_by_hand(spoiler)
    parent_cycle(spoiler)
    odd_responses(spoiler)
    queue_owners(spoiler)
    automated_tasks(spoiler)
    short_ids(spoiler)
    unreadable_values(spoiler)


class _Numbers:
    """Gives out numbers for new ids."""

    def __init__(self, first: int) -> None:
        self.next = first

    def take(self, count: int) -> Ints:
        self.next += count
        return np.arange(self.next - count, self.next, dtype=np.int64)


def later(values: Any, seconds: Ints) -> Any:
    """Return timestamps moved by seconds."""
    return pc.add(values, pa.array(seconds).cast(pa.duration("s")).cast(pa.duration("us")))


def overwritten_sources(spoiler: Spoiler) -> None:
    """F06 is in the history already: write it down."""
    rows = np.nonzero(spoiler.where(LEAD_CHANGES, "field", "LeadSource"))[0]
    spoiler.note(
        LEAD_CHANGES, rows, "new_value", "F06", spoiler.values(LEAD_CHANGES, "old_value").take(rows)
    )


def _copy_leads(spoiler: Spoiler, numbers: _Numbers, rows: Ints, end: int, fault: str) -> Ints:
    """Append leads of people who have a lead already, with their address written another way."""
    leads = spoiler.tables[LEADS].take(pa.array(rows))
    count = len(rows)
    shade = np.arange(count) % 4
    address = leads.column("email").combine_chunks()
    tagged = pc.replace_substring(address, "@", "+expo@")
    spellings = [
        pc.utf8_upper(address),
        tagged,
        pc.utf8_capitalize(address),
        col.join_present(" ", address),
    ]
    written = pc.choose(pa.array(shade, type=pa.int64()), *spellings)
    created = later(
        leads.column("created_date").combine_chunks(), spoiler.dice.between(1, 120, count) * DAY
    )
    last = pa.scalar(end - 3600, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us"))
    ids = col.sf_ids("lead", numbers.take(count))
    spoiler.copies.append(("lead", ids, leads.column("id").combine_chunks()))
    return spoiler.copy(
        LEADS,
        rows,
        {
            "id": ids,
            "email": written,
            "created_date": pc.min_element_wise(created, last),
            "status": "New",
            "lead_source": col.text(["Web", "List Import", "Trade Show"], np.arange(count) % 3),
            "is_converted": False,
            "converted_date": None,
            "converted_account_id": None,
            "converted_contact_id": None,
            "converted_opportunity_id": None,
        },
        fault,
    )


def duplicate_leads(spoiler: Spoiler, numbers: _Numbers, end: int) -> None:
    """F01: leads entered twice; F03: some of them merged, in chains, and two into each other."""
    rows = spoiler.some(LEADS, 0.035, least=8)
    copies = _copy_leads(spoiler, numbers, rows, end, "F01")
    ids = spoiler.values(LEADS, "id")
    _share_members(spoiler, ids.take(pa.array(rows)), ids.take(pa.array(copies)))
    merged = np.arange(len(rows)) % 3 == 0
    _merge(spoiler, LEADS, copies[merged], ids.take(pa.array(rows[merged])))
    # a chain: a copy of a copy, merged into the copy, which was merged before
    links = copies[merged][: max(2, int(merged.sum()) // 8)]
    chained = _copy_leads(spoiler, numbers, links, end, "F01")
    ids = spoiler.values(LEADS, "id")
    _merge(spoiler, LEADS, chained, ids.take(pa.array(links)))
    # a cycle: two copies of one person, each merged into the other
    first = _copy_leads(spoiler, numbers, rows[1:2], end, "F01")
    second = _copy_leads(spoiler, numbers, rows[1:2], end, "F01")
    ids = spoiler.values(LEADS, "id")
    _merge(spoiler, LEADS, first, ids.take(pa.array(second)))
    _merge(spoiler, LEADS, second, ids.take(pa.array(first)))


def _merge(spoiler: Spoiler, key: Key, losers: Ints, winners: Any) -> None:
    spoiler.change(key, "is_deleted", losers, True, "F03")
    spoiler.change(key, "master_record_id", losers, winners, "F03")


def _share_members(spoiler: Spoiler, originals: Any, copies: Any) -> None:
    """Give half of the responses of a lead entered twice to its copy."""
    at = pc.index_in(spoiler.values(MEMBERS, "lead_id"), value_set=originals)
    position = at.fill_null(-1).to_numpy().astype(np.int64)
    rows = np.nonzero((position >= 0) & spoiler.empty(MEMBERS, "contact_id"))[0]
    rows = rows[::2]
    spoiler.change(MEMBERS, "lead_id", rows, copies.take(pa.array(position[rows])), "F01")


def leads_of_contacts(spoiler: Spoiler, numbers: _Numbers, end: int) -> None:
    """F02: a lead of somebody who is a contact already, without a link between them."""
    rows = spoiler.some(CONTACTS, 0.03, least=3)
    count = len(rows)
    contacts = spoiler.tables[CONTACTS].take(pa.array(rows))
    template = np.arange(count) % spoiler.tables[LEADS].num_rows
    created = later(
        contacts.column("created_date").combine_chunks(), spoiler.dice.between(5, 200, count) * DAY
    )
    last = pa.scalar(end - 7200, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us"))
    at = pc.index_in(
        contacts.column("account_id").combine_chunks(), value_set=spoiler.values(ACCOUNTS, "id")
    )
    accounts = spoiler.tables[ACCOUNTS].take(at)
    ids = col.sf_ids("lead", numbers.take(count))
    spoiler.copies.append(("contact", ids, contacts.column("id").combine_chunks()))
    spoiler.copy(
        LEADS,
        template,
        {
            "id": ids,
            "email": contacts.column("email").combine_chunks(),
            "title": contacts.column("title").combine_chunks(),
            "company": accounts.column("name").combine_chunks(),
            "website": accounts.column("website").combine_chunks(),
            "country": accounts.column("billing_country").combine_chunks(),
            "industry": accounts.column("industry").combine_chunks(),
            "number_of_employees": accounts.column("number_of_employees").combine_chunks(),
            "created_date": pc.min_element_wise(created, last),
            "status": "New",
            "lead_source": "Web",
            "is_converted": False,
            "is_deleted": False,
            "master_record_id": None,
            "converted_date": None,
            "converted_account_id": None,
            "converted_contact_id": None,
            "converted_opportunity_id": None,
        },
        "F02",
    )


def merged_accounts_and_contacts(spoiler: Spoiler, numbers: _Numbers) -> None:
    """F03: accounts and contacts entered twice and merged; one chain of accounts."""
    rows = spoiler.some(ACCOUNTS, 0.012, least=3)
    ids = col.sf_ids("account", numbers.take(len(rows)))
    spoiler.copies.append(("account", ids, spoiler.values(ACCOUNTS, "id").take(pa.array(rows))))
    old = spoiler.values(ACCOUNTS, "id").take(pa.array(rows))
    names = pc.utf8_upper(spoiler.values(ACCOUNTS, "name").take(pa.array(rows)))
    copies = spoiler.copy(ACCOUNTS, rows, {"id": ids, "name": names, "parent_id": None}, "F03")
    _merge(spoiler, ACCOUNTS, copies, old)
    _merge(
        spoiler, ACCOUNTS, copies[1:2], ids.take(pa.array([0]))
    )  # the second into the first, a loser
    _point_to(spoiler, CONTACTS, "account_id", old, ids, 0.5)

    rows = spoiler.some(CONTACTS, 0.012, least=3)
    ids = col.sf_ids("contact", numbers.take(len(rows)))
    old = spoiler.values(CONTACTS, "id").take(pa.array(rows))
    spoiler.copies.append(("contact", ids, old))
    _merge(spoiler, CONTACTS, spoiler.copy(CONTACTS, rows, {"id": ids}, "F03"), old)


def _point_to(spoiler: Spoiler, key: Key, column: str, old: Any, new: Any, share: float) -> None:
    """Let some rows point to a record that was merged away."""
    at = pc.index_in(spoiler.values(key, column), value_set=old).fill_null(-1)
    position = at.to_numpy().astype(np.int64)
    rows = np.nonzero((position >= 0) & spoiler.dice.chance(share, len(position)))[0]
    spoiler.change(key, column, rows, new.take(pa.array(position[rows])), "F03")


def internal_leads(spoiler: Spoiler, numbers: _Numbers) -> None:
    """F23: leads made while testing a form, with an address of the company itself."""
    rows = spoiler.some(LEADS, 0.003, ~spoiler.is_true(LEADS, "is_converted"), least=3)
    count = len(rows)
    spoiler.copy(
        LEADS,
        rows,
        {
            "id": col.sf_ids("lead", numbers.take(count)),
            "email": col.numbered("qa", np.arange(count), "@kelda.example"),
            "company": "Kelda Test",
            "website": None,
            "status": "New",
            "is_deleted": False,
            "master_record_id": None,
        },
        "F23",
    )


def deleted_rows(spoiler: Spoiler) -> None:
    """F04: rows deleted in the CRM and still delivered; F05: two leads gone without a trace."""
    not_converted = ~spoiler.is_true(LEADS, "is_converted") & ~spoiler.is_true(LEADS, "is_deleted")
    spoiler.change(LEADS, "is_deleted", spoiler.some(LEADS, 0.008, not_converted, 3), True, "F04")
    lost = ~spoiler.is_true(OPPORTUNITIES, "is_won")
    spoiler.change(
        OPPORTUNITIES, "is_deleted", spoiler.some(OPPORTUNITIES, 0.004, lost, 2), True, "F04"
    )
    for table in ("campaign_members", "tasks", "opportunity_contact_roles", "lead_changes"):
        key = ("crm", table)
        spoiler.change(key, "is_deleted", spoiler.some(key, 0.006), True, "F04")
    not_converted = ~spoiler.is_true(LEADS, "is_converted") & ~spoiler.is_true(LEADS, "is_deleted")
    spoiler.remove(LEADS, spoiler.some(LEADS, 0.0005, not_converted, 2), "F05")


def back_dated_deals(spoiler: Spoiler) -> None:
    """F08: deals entered on the day they closed; all their history is one row."""
    among = spoiler.is_true(OPPORTUNITIES, "is_won") & spoiler.where(
        OPPORTUNITIES, "lead_source", "Outbound"
    )
    rows = spoiler.some(OPPORTUNITIES, 0.01, among, 3)
    ids = spoiler.values(OPPORTUNITIES, "id").take(pa.array(rows))
    closed = spoiler.values(OPPORTUNITIES, "close_date").take(pa.array(rows))
    entered = later(closed.cast(pa.timestamp("us")), np.full(len(rows), 9 * 3600))
    spoiler.change(OPPORTUNITIES, "created_date", rows, entered, "F08")
    history = pc.is_in(spoiler.values(CHANGES, "opportunity_id"), value_set=ids)
    early = np.asarray(history.to_numpy(zero_copy_only=False)) & ~spoiler.where(
        CHANGES, "stage_name", "Closed Won"
    )
    spoiler.remove(CHANGES, np.nonzero(early)[0], "F08")
    # contact roles cannot be older than the deal, but nothing in a CRM says so


def odd_amounts(spoiler: Spoiler) -> None:
    """F13: amounts missing, zero, negative, a hundred times too large."""

    def change(share: float, least: int, values: Any) -> None:
        rows = spoiler.some(OPPORTUNITIES, share, least=least)
        spoiler.change(OPPORTUNITIES, "amount", rows, values(rows), "F13")

    change(0.02, 4, lambda rows: None)
    change(0.008, 3, lambda rows: col.decimals(np.zeros(len(rows), dtype=np.int64), 2))
    change(0.003, 2, lambda rows: col.decimals(-100 * np.arange(150, 150 + len(rows)), 2))
    change(
        0.002,
        1,
        lambda rows: col.decimals(4_000_000 * np.arange(100, 100 + len(rows)), 2),
    )


def odd_currencies(spoiler: Spoiler) -> None:
    """F14: currencies missing, without a rate, and in small letters."""
    for share, least, code in ((0.004, 2, None), (0.002, 1, "CHF"), (0.002, 1, "DOL")):
        rows = spoiler.some(OPPORTUNITIES, share, least=least)
        spoiler.change(OPPORTUNITIES, "currency_iso_code", rows, code, "F14")
    rows = spoiler.some(
        OPPORTUNITIES, 0.02, spoiler.where(OPPORTUNITIES, "currency_iso_code", "EUR")
    )
    spoiler.change(OPPORTUNITIES, "currency_iso_code", rows, "eur", "F14")


def odd_close_dates(spoiler: Spoiler, end: int) -> None:
    """F12: open deals whose close date has passed (noted), closed ones with a date to come."""
    closed = spoiler.is_true(OPPORTUNITIES, "is_closed")
    days = spoiler.values(OPPORTUNITIES, "close_date").cast(pa.int32()).to_numpy()
    stale = np.nonzero(~closed & (days < end // DAY))[0]
    spoiler.note(OPPORTUNITIES, stale, "close_date", "F12")
    rows = spoiler.some(OPPORTUNITIES, 0.003, closed, 2)
    moved = pa.array((days[rows] + 45).astype(np.int32)).cast(pa.date32())
    spoiler.change(OPPORTUNITIES, "close_date", rows, moved, "F12")


def roles_of_other_accounts(spoiler: Spoiler) -> None:
    """F10: a person of another account (a consultant, say) in a role; F09: no roles (noted)."""
    rows = spoiler.some(ROLES, 0.015, ~spoiler.is_true(ROLES, "is_primary"), 3)
    contacts = spoiler.values(CONTACTS, "id")
    others = spoiler.dice.below(np.full(len(rows), len(contacts)))
    spoiler.change(ROLES, "contact_id", rows, contacts.take(pa.array(others)), "F10")
    has_role = pc.is_in(
        spoiler.values(OPPORTUNITIES, "id"),
        value_set=pc.unique(spoiler.values(ROLES, "opportunity_id")),
    )
    without = np.nonzero(~np.asarray(has_role.to_numpy(zero_copy_only=False)))[0]
    spoiler.note(OPPORTUNITIES, without, "id", "F09")


def statuses_by_hand(spoiler: Spoiler) -> None:
    """F19: statuses typed by hand."""
    for key, column in ((LEADS, "status"), (LEAD_CHANGES, "new_value")):
        for word, spellings in BY_HAND.items():
            rows = spoiler.some(key, 0.03, spoiler.where(key, column, word))
            spelled = col.text(spellings, np.arange(len(rows)) % len(spellings))
            spoiler.change(key, column, rows, spelled, "F19")


def parent_cycle(spoiler: Spoiler) -> None:
    """F27: two accounts that are each other's parent, and one that is its own."""
    rows = spoiler.some(ACCOUNTS, 0.0, ~spoiler.is_true(ACCOUNTS, "is_deleted"), 3)
    ids = spoiler.values(ACCOUNTS, "id")
    order = [rows[1], rows[0], rows[2]]
    spoiler.change(ACCOUNTS, "parent_id", rows, ids.take(pa.array(order)), "F27")


def odd_responses(spoiler: Spoiler) -> None:
    """F34: responses of an uploaded list without their date; F35: attendees left as Sent."""
    responded = spoiler.is_true(MEMBERS, "has_responded")
    listed = responded & spoiler.where(MEMBERS, "status", "Visited Booth", "Attended")
    spoiler.change(
        MEMBERS, "first_responded_date", spoiler.some(MEMBERS, 0.02, listed, 2), None, "F34"
    )
    rows = spoiler.some(MEMBERS, 0.006, responded, 2)
    spoiler.change(MEMBERS, "status", rows, "Sent", "F35")
    spoiler.change(MEMBERS, "has_responded", rows, False, "F35")


def queue_owners(spoiler: Spoiler) -> None:
    """F39: leads that belong to a queue."""
    queue = col.sf_ids("queue", np.array([1]))[0].as_py()
    spoiler.change(LEADS, "owner_id", spoiler.some(LEADS, 0.02), queue, "F39")


def automated_tasks(spoiler: Spoiler) -> None:
    """F40 is there already: e-mails that a sequence sent and logged as tasks."""
    subjects = spoiler.values(TASKS, "subject")
    found = pc.or_(pc.starts_with(subjects, "[Sequence]"), pc.starts_with(subjects, "Automated"))
    rows = np.nonzero(np.asarray(found.to_numpy(zero_copy_only=False)))[0]
    spoiler.note(TASKS, rows, "subject", "F40")


def short_ids(spoiler: Spoiler) -> None:
    """F45: references in the 15-character form."""
    for table, column, share in (
        ("campaign_members", "campaign_id", 0.05),
        ("campaign_members", "lead_id", 0.05),
        ("tasks", "who_id", 0.05),
        ("opportunities", "account_id", 0.03),
        ("opportunity_changes", "opportunity_id", 0.02),
        ("contacts", "account_id", 0.03),
        ("leads", "converted_contact_id", 0.05),
    ):
        key = ("crm", table)
        rows = spoiler.some(key, share, ~spoiler.empty(key, column))
        values = spoiler.values(key, column).take(pa.array(rows))
        spoiler.change(key, column, rows, pc.utf8_slice_codeunits(values, 0, 15), "F45")


def unreadable_values(spoiler: Spoiler) -> None:
    """F48: values that are no date or number at all, as a spreadsheet leaves them."""
    open_leads = ~spoiler.is_true(LEADS, "is_converted") & ~spoiler.is_true(LEADS, "is_deleted")
    lost = spoiler.where(OPPORTUNITIES, "stage_name", "Closed Lost")
    for key, column, among, least, texts in (
        (LEADS, "created_date", open_leads, 2, ["31/02/2024 10:00", "last Tuesday"]),
        (OPPORTUNITIES, "amount", lost, 1, ["12.500,00"]),
        (MEMBERS, "first_responded_date", None, 2, ["2024-13-01"]),
        (TASKS, "activity_date", None, 2, ["yesterday"]),
    ):
        spoiler.break_text(key, column, spoiler.some(key, 0.0, among, least), texts, "F48")
