"""Ordinary dirt (spec 5.6) in the CRM: each function puts in one kind, and writes down where."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.dice import Bools
from touchstone.sample.faults_people import (
    duplicate_leads,
    internal_leads,
    leads_of_contacts,
    merged_accounts_and_contacts,
)
from touchstone.sample.faults_seen import live, mark, queue
from touchstone.sample.spoiler import (
    ACCOUNTS,
    CHANGES,
    CONTACTS,
    EVENTS,
    LEAD_CHANGES,
    LEADS,
    MEMBERS,
    OPPORTUNITIES,
    ROLES,
    TASKS,
    Key,
    Spoiler,
    later,
)

BY_HAND = {
    "MQL": ["mql ", "M.Q.L.", "Mql"],
    "Rejected": ["rejected", "REJECTED "],
    "Recycled": ["recycled"],
}


def overwritten_sources(spoiler: Spoiler) -> None:
    """F06 is in the history already: write it down."""
    rows = np.nonzero(spoiler.where(LEAD_CHANGES, "field", "LeadSource"))[0]
    spoiler.note(
        LEAD_CHANGES, rows, "new_value", "F06", spoiler.values(LEAD_CHANGES, "old_value").take(rows)
    )


def deleted_rows(spoiler: Spoiler) -> None:
    """F04: rows deleted in the CRM and still delivered; F05, F46: leads gone without a trace."""

    def delete(key: Key, share: float, among: Bools | None = None, least: int = 1) -> None:
        rows = spoiler.some(key, share, among, least)
        spoiler.change(key, "is_deleted", rows, True, "F04")
        spoiler.hide(key, rows, "F04")

    if spoiler.has("F04"):
        not_converted = ~spoiler.is_true(LEADS, "is_converted")
        delete(LEADS, 0.008, not_converted & ~spoiler.is_true(LEADS, "is_deleted"), 3)
        delete(OPPORTUNITIES, 0.004, ~spoiler.is_true(OPPORTUNITIES, "is_won"), 2)
        for table in ("campaign_members", "tasks", "opportunity_contact_roles", "lead_changes"):
            delete(("crm", table), 0.006)
    if spoiler.has("F05") or spoiler.has("F46"):
        erased_leads(spoiler)


def erased_leads(spoiler: Spoiler) -> None:
    """F05, F46: two leads gone without a trace; their history points nowhere, or their touches."""
    among = ~spoiler.is_true(LEADS, "is_converted") & ~spoiler.is_true(LEADS, "is_deleted")
    if not spoiler.is_kept_sample:
        for key, column in ((MEMBERS, "lead_id"), (LEAD_CHANGES, "lead_id")):
            pointed_to = pc.unique(spoiler.values(key, column).drop_null())
            among &= mark(pc.is_in(spoiler.values(LEADS, "id"), value_set=pointed_to))
    rows = spoiler.some(LEADS, 0.0005, among, 2)
    gone = spoiler.values(LEADS, "id").take(pa.array(rows))
    spoiler.remove(LEADS, rows, "F05" if spoiler.has("F05") else "F46")
    for fault, key, column in (
        ("F05", LEAD_CHANGES, "lead_id"),
        ("F46", MEMBERS, "lead_id"),
        ("F46", TASKS, "who_id"),
        ("F46", EVENTS, "who_id"),
    ):
        if not spoiler.has(fault):
            pointing = mark(pc.is_in(spoiler.values(key, column), value_set=gone))
            spoiler.remove(key, np.nonzero(pointing)[0])


def back_dated_deals(spoiler: Spoiler) -> None:
    """F08: deals entered on the day they closed; all their history is one row."""
    among = spoiler.is_true(OPPORTUNITIES, "is_won")
    if spoiler.is_kept_sample:
        among &= spoiler.where(OPPORTUNITIES, "lead_source", "Outbound")
    rows = spoiler.some(OPPORTUNITIES, 0.01, among, 3)
    ids = spoiler.values(OPPORTUNITIES, "id").take(pa.array(rows))
    closed = spoiler.values(OPPORTUNITIES, "close_date").take(pa.array(rows))
    entered = later(closed.cast(pa.timestamp("us")), np.full(len(rows), 9 * 3600))
    spoiler.change(OPPORTUNITIES, "created_date", rows, entered)
    history = pc.is_in(spoiler.values(CHANGES, "opportunity_id"), value_set=ids)
    early = np.asarray(history.to_numpy(zero_copy_only=False)) & ~spoiler.where(
        CHANGES, "stage_name", "Closed Won"
    )
    spoiler.remove(CHANGES, np.nonzero(early)[0])
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


def odd_close_dates(spoiler: Spoiler) -> None:
    """F12: closed deals with a date to come; open ones whose date has passed are in the world."""
    closed = spoiler.is_true(OPPORTUNITIES, "is_closed")
    days = spoiler.values(OPPORTUNITIES, "close_date").cast(pa.int32()).to_numpy()
    rows = spoiler.some(OPPORTUNITIES, 0.003, closed, 2)
    later_days = (
        days[rows] + 45 if spoiler.is_kept_sample else spoiler.settings.end // DAY + rows % 60
    )
    moved = pa.array(later_days.astype(np.int32)).cast(pa.date32())
    spoiler.change(OPPORTUNITIES, "close_date", rows, moved)


def roles_of_other_accounts(spoiler: Spoiler) -> None:
    """F10: a person of another account (a consultant, say) in a role."""
    rows = spoiler.some(ROLES, 0.015, ~spoiler.is_true(ROLES, "is_primary"), 3)
    contacts = spoiler.values(CONTACTS, "id")
    others = spoiler.dice.below(np.full(len(rows), len(contacts)))
    spoiler.change(ROLES, "contact_id", rows, contacts.take(pa.array(others)))


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
    if spoiler.has("F34"):
        listed = responded & spoiler.where(MEMBERS, "status", "Visited Booth", "Attended")
        rows = spoiler.some(MEMBERS, 0.02, listed, 2)
        spoiler.change(MEMBERS, "first_responded_date", rows, None, "F34")
    if spoiler.has("F35"):
        if not spoiler.is_kept_sample:  # who has neither a date nor a status did not come
            responded &= ~spoiler.empty(MEMBERS, "first_responded_date")
        rows = spoiler.some(MEMBERS, 0.006, responded, 2)
        spoiler.change(MEMBERS, "status", rows, "Sent", "F35")
        spoiler.change(MEMBERS, "has_responded", rows, False, "F35")


def queue_owners(spoiler: Spoiler) -> None:
    """F39: leads that belong to a queue."""
    spoiler.change(LEADS, "owner_id", spoiler.some(LEADS, 0.02), queue())


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


def movers(spoiler: Spoiler) -> None:
    """F11: contacts who work for another account now than when their lead was converted."""
    converted = spoiler.values(LEADS, "converted_contact_id").filter(pa.array(live(spoiler, LEADS)))
    among = live(spoiler, CONTACTS) & mark(
        pc.is_in(spoiler.values(CONTACTS, "id"), value_set=converted.drop_null())
    )
    among &= ~spoiler.is_true(CONTACTS, "is_deleted")
    rows = spoiler.some(CONTACTS, 0.02, among, 3)
    accounts = spoiler.values(ACCOUNTS, "id").filter(
        pc.invert(spoiler.values(ACCOUNTS, "is_deleted"))
    )
    others = spoiler.dice.below(np.full(len(rows), len(accounts)))
    spoiler.change(CONTACTS, "account_id", rows, accounts.take(pa.array(others)))


def retired_stages(spoiler: Spoiler) -> None:
    """F18: a stage under a name that it had for a while and that nobody has written down."""
    for key in (CHANGES, OPPORTUNITIES):
        rows = spoiler.some(key, 0.01, spoiler.where(key, "stage_name", "2-Evaluation"), 3)
        spoiler.change(key, "stage_name", rows, "2-Solution Fit", "F18")


def subsidiaries(spoiler: Spoiler) -> None:
    """F25: accounts that have the website of another one."""
    among = ~spoiler.is_true(ACCOUNTS, "is_deleted") & ~spoiler.empty(ACCOUNTS, "website")
    rows = spoiler.some(ACCOUNTS, 0.02, among, 6)
    websites = spoiler.values(ACCOUNTS, "website").take(pa.array(rows[1::2]))
    spoiler.change(ACCOUNTS, "website", rows[: len(websites) * 2 : 2], websites)


def accented_names(spoiler: Spoiler) -> None:
    """F26: companies with accents, as their leads never write them."""
    rows = spoiler.some(ACCOUNTS, 0.01, ~spoiler.is_true(ACCOUNTS, "is_deleted"), 2)
    names = spoiler.values(ACCOUNTS, "name").take(pa.array(rows))
    spoiler.change(ACCOUNTS, "name", rows, pc.replace_substring(names, "e", "é"))


def flags_that_contradict(spoiler: Spoiler) -> None:
    """F49: lost deals that a workflow has left flagged as won."""
    among = live(spoiler, OPPORTUNITIES) & spoiler.where(OPPORTUNITIES, "stage_name", "Closed Lost")
    rows = spoiler.some(OPPORTUNITIES, 0.01, among, 3)
    spoiler.change(OPPORTUNITIES, "is_won", rows, True, "F49")


def leads_after_the_close(spoiler: Spoiler) -> None:
    """F50: the lead of a deal was entered when the deal was over."""
    leads = spoiler.values(LEADS, "converted_opportunity_id")
    closed = spoiler.values(OPPORTUNITIES, "close_date").cast(pa.int32()).to_numpy(False)
    among = live(spoiler, OPPORTUNITIES) & spoiler.is_true(OPPORTUNITIES, "is_closed")
    among &= spoiler.where(OPPORTUNITIES, "type", "New Business")
    among &= ~mark(pc.starts_with(spoiler.values(OPPORTUNITIES, "name"), "TEST"))
    among &= ~mark(pc.is_in(spoiler.values(OPPORTUNITIES, "id"), value_set=leads.drop_null()))
    among &= closed < spoiler.settings.end // DAY - 40
    rows = spoiler.some(OPPORTUNITIES, 0.01, among, 3)
    count = len(rows)
    entered = (closed[rows].astype(np.int64) + 30) * DAY
    addresses = [f"late{number}@late{number}.example" for number in range(count)]
    spoiler.copy(
        LEADS,
        spoiler.some(LEADS, 0.0, live(spoiler, LEADS), count),
        {
            "id": col.sf_ids("lead", spoiler.numbers.take(count)),
            "email": pa.array(addresses),
            "status": "New",
            "lead_source": "Web",
            "created_date": col.stamps(entered + 9 * 3600),
            "is_converted": True,
            "converted_date": col.days(entered),
            "converted_account_id": None,
            "converted_contact_id": None,
            "converted_opportunity_id": spoiler.values(OPPORTUNITIES, "id").take(pa.array(rows)),
        },
    )
    spoiler.note(OPPORTUNITIES, rows, "close_date", "F50")


def slips_of_two_digits(spoiler: Spoiler) -> None:
    """F13: amounts a hundred times as large as the deal's history says."""
    among = ~spoiler.empty(OPPORTUNITIES, "amount") & spoiler.is_true(OPPORTUNITIES, "is_closed")
    among &= mark(pc.greater(spoiler.values(OPPORTUNITIES, "amount"), 100))
    rows = spoiler.some(OPPORTUNITIES, 0.004, among & ~spoiler.noted(OPPORTUNITIES, "F13"), 2)
    amounts = spoiler.values(OPPORTUNITIES, "amount").take(pa.array(rows))
    larger = pc.multiply(amounts.cast(pa.decimal128(15, 4)), pa.scalar(100, pa.int8()))
    spoiler.change(OPPORTUNITIES, "amount", rows, larger.cast(amounts.type), "F13")


def deals_entered_again(spoiler: Spoiler) -> None:
    """F42: deals that a partner registered too, some days after sales."""
    among = ~spoiler.is_true(OPPORTUNITIES, "is_deleted") & spoiler.where(
        OPPORTUNITIES, "type", "New Business"
    )
    among &= mark(pc.greater(spoiler.values(OPPORTUNITIES, "amount"), 100))
    rows = spoiler.some(OPPORTUNITIES, 0.005, among, 2)
    created = spoiler.values(OPPORTUNITIES, "created_date").take(pa.array(rows))
    last = pa.scalar(spoiler.settings.end - 60, pa.int64()).cast(pa.timestamp("s"))
    copies = spoiler.copy(
        OPPORTUNITIES,
        rows,
        {
            "id": col.sf_ids("opportunity", spoiler.numbers.take(len(rows))),
            "created_date": pc.min_element_wise(
                later(created, np.full(len(rows), 9 * DAY)), last.cast(pa.timestamp("us"))
            ),
            "lead_source": "Partner",
        },
        "F42",
    )
    ids = spoiler.values(OPPORTUNITIES, "id")
    originals, made = ids.take(pa.array(rows)), ids.take(pa.array(copies))
    for key, kind in ((ROLES, "contact_role"), (CHANGES, "opportunity_change")):
        at = pc.index_in(spoiler.values(key, "opportunity_id"), value_set=originals)
        of = np.nonzero(mark(pc.is_valid(at)))[0]
        spoiler.copy(
            key,
            of,
            {
                "id": col.sf_ids(kind, spoiler.numbers.take(len(of))),
                "opportunity_id": made.take(at.drop_null()),
            },
        )


def purged_histories(spoiler: Spoiler) -> None:
    """F43: the CRM has deleted the changes of the first third, or all but two years of them."""
    months = max(spoiler.settings.months - 24, spoiler.settings.months // 3)
    cut = pa.scalar(spoiler.settings.start + months * 30 * DAY, pa.int64())
    for key in (LEAD_CHANGES, CHANGES):
        stamps = spoiler.values(key, "created_date")
        early = pc.less(stamps, cut.cast(pa.timestamp("s")).cast(stamps.type))
        spoiler.remove(key, np.nonzero(mark(early))[0])


def mass_updates(spoiler: Spoiler) -> None:
    """F44: an integration touched many rows in one second; the column is for this fault alone."""
    end = spoiler.settings.end
    for key in (LEADS, OPPORTUNITIES):
        count = spoiler.tables[key].num_rows
        stamps = end - 1 - np.arange(count, dtype=np.int64) * 7
        table = spoiler.tables[key]
        spoiler.tables[key] = table.append_column("system_modstamp", col.stamps(stamps))
        rows = spoiler.some(key, 0.3, live(spoiler, key), 30)
        if len(rows) >= 30:
            night = col.stamps(np.full(len(rows), end - 3 * 3600 - 5))
            spoiler.change(key, "system_modstamp", rows, night, "F44")


# In this order: the numbers drawn for one step decide what is left for the next.
CRM_STEPS = (
    ("F06", overwritten_sources),
    ("F01", duplicate_leads),
    ("F02", leads_of_contacts),
    ("F03", merged_accounts_and_contacts),
    ("F23", internal_leads),
    ("F04 F05 F46", deleted_rows),
    ("F08", back_dated_deals),
    ("F13", odd_amounts),
    ("F14", odd_currencies),
    ("F12", odd_close_dates),
    ("F10", roles_of_other_accounts),
    ("F19", statuses_by_hand),
    ("F27", parent_cycle),
    ("F34 F35", odd_responses),
    ("F39", queue_owners),
    ("F40", automated_tasks),
    ("F45", short_ids),
    ("F48", unreadable_values),
)
# Only by name or with all faults: the kept sample is without them.
RARE_STEPS = (
    ("F42", deals_entered_again),
    ("F13", slips_of_two_digits),
    ("F11", movers),
    ("F18", retired_stages),
    ("F25", subsidiaries),
    ("F26", accented_names),
    ("F49", flags_that_contradict),
    ("F50", leads_after_the_close),
    ("F43", purged_histories),
    ("F44", mass_updates),
)
