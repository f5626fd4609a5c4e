"""Faults that nobody plants row by row: what the finished tables of a block show, written down.

A copy of a lead makes two faults, a deleted lead makes orphans, and the world has some dirt of its
own. Each function here looks at the tables as a careful person would and notes the rows; it is
written from the definitions of the faults, not from the SQL that finds them.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.dice import Bools, Ints
from touchstone.sample.population import Companies, People
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
)

LINE_ITEMS: Key = ("crm", "opportunity_line_items")
FAR = 1_000_000  # more days than there are
LEGAL_FORMS = r"( (inc|ltd|gmbh|sas|kk|bv|corp))+$"
# Of a table: which column points to which.
REFERENCES: tuple[tuple[Key, str, Key], ...] = (
    (ACCOUNTS, "parent_id", ACCOUNTS),
    (CONTACTS, "account_id", ACCOUNTS),
    (LEADS, "converted_account_id", ACCOUNTS),
    (LEADS, "converted_contact_id", CONTACTS),
    (LEADS, "converted_opportunity_id", OPPORTUNITIES),
    (LEAD_CHANGES, "lead_id", LEADS),
    (OPPORTUNITIES, "account_id", ACCOUNTS),
    (CHANGES, "opportunity_id", OPPORTUNITIES),
    (LINE_ITEMS, "opportunity_id", OPPORTUNITIES),
    (ROLES, "opportunity_id", OPPORTUNITIES),
    (ROLES, "contact_id", CONTACTS),
    (TASKS, "account_id", ACCOUNTS),
    (EVENTS, "account_id", ACCOUNTS),
)
PEOPLE_REFERENCES: tuple[tuple[Key, str], ...] = (
    (MEMBERS, "lead_id"),
    (MEMBERS, "contact_id"),
    (TASKS, "who_id"),
    (EVENTS, "who_id"),
)
STAMPED = (
    ACCOUNTS,
    CONTACTS,
    LEADS,
    LEAD_CHANGES,
    OPPORTUNITIES,
    CHANGES,
    MEMBERS,
    TASKS,
    EVENTS,
)
OWNED = (LEADS, CONTACTS, ACCOUNTS, OPPORTUNITIES)


def addresses(spoiler: Spoiler, key: Key) -> Any:
    """Return the addresses as they tell people apart; shared mailboxes and nonsense are none."""
    plain = pc.replace_substring(pc.utf8_lower(spoiler.values(key, "email")), " ", "")
    untagged = pc.replace_substring_regex(plain, r"\+[^@]*@", "@")
    is_address = pc.match_substring_regex(untagged, r"^[^@<>]+@[^@<>]+\.[^@.<>]+$")
    is_team = pc.starts_with(untagged, "info@")
    return pc.if_else(pc.and_not(is_address, is_team), untagged, pa.scalar(None, pa.string()))


def mark(condition: Any) -> Bools:
    """Return an Arrow condition as numpy; unknown is false."""
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)


def ids_of(spoiler: Spoiler, key: Key, column: str) -> Any:
    """Return ids or references in their 18 characters."""
    return col.long_ids(spoiler.values(key, column))


def live(spoiler: Spoiler, key: Key) -> Bools:
    """Return which rows the models read: not deleted (but merged), readable."""
    table = spoiler.tables[key]
    gone = np.zeros(table.num_rows, dtype=bool)
    if "is_deleted" in table.column_names:
        gone = spoiler.is_true(key, "is_deleted")
        if "master_record_id" in table.column_names:
            gone &= spoiler.empty(key, "master_record_id")
    unreadable = np.zeros(table.num_rows, dtype=bool)
    unreadable[[row for found, _, row, _ in spoiler.texts if found == key]] = True
    return ~gone & ~unreadable


def people_entered_twice(spoiler: Spoiler) -> None:
    """F01: a lead with the address of an older one. F02: one with the address of a contact."""
    usable = live(spoiler, LEADS)
    address = addresses(spoiler, LEADS)
    filled = np.nonzero(usable & mark(pc.is_valid(address)))[0]
    created = spoiler.values(LEADS, "created_date").cast(pa.int64()).to_numpy(zero_copy_only=False)
    ids = np.array(ids_of(spoiler, LEADS, "id").to_pylist(), dtype=object)
    texts = np.array(address.to_pylist(), dtype=object)
    order = filled[np.lexsort((ids[filled], created[filled], texts[filled].astype(str)))]
    again = order[1:][texts[order[1:]] == texts[order[:-1]]]
    spoiler.note(LEADS, np.sort(again), "email", "F01")
    known = addresses(spoiler, CONTACTS).filter(pa.array(live(spoiler, CONTACTS)))
    is_contact = mark(pc.is_in(address, value_set=known.drop_null()))
    unlinked = spoiler.empty(LEADS, "converted_contact_id")
    spoiler.note(LEADS, np.nonzero(usable & is_contact & unlinked)[0], "email", "F02")


def mailboxes_of_nobody(spoiler: Spoiler) -> None:
    """F24: free, disposable and shared mailboxes."""
    company = spoiler.settings.world["company"]
    domains = pa.array([*company["free_mail_domains"], company["disposable_domain"]])
    for key in (LEADS, CONTACTS):
        plain = pc.replace_substring(pc.utf8_lower(spoiler.values(key, "email")), " ", "")
        parts = pc.split_pattern(pc.replace_substring_regex(plain, r"\+[^@]*@", "@"), "@")
        is_team = mark(pc.equal(pc.list_element(parts, 0), "info"))
        is_free = mark(pc.is_in(pc.list_element(parts, 1), value_set=domains))
        spoiler.note(key, np.nonzero(live(spoiler, key) & (is_team | is_free))[0], "email", "F24")


def normal_name(name: str) -> str:
    """Return a company's name without case, accents, signs and legal form."""
    letters = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = " ".join(re.sub(r"[^\w ]", " ", plain.replace(".", "")).split())
    return re.sub(LEGAL_FORMS, "", words)


def names_in_several_spellings(spoiler: Spoiler) -> None:
    """F26: a lead's company is an account that is spelled in another way."""
    usable = pa.array(live(spoiler, ACCOUNTS))
    written = {name for name in spoiler.values(ACCOUNTS, "name").filter(usable).to_pylist() if name}
    spellings: dict[str, set[str]] = {}
    for name in sorted(written):
        spellings.setdefault(normal_name(name), set()).add(name)
    companies = pc.dictionary_encode(spoiler.values(LEADS, "company"))
    odd = [
        name not in spellings.get(normal_name(name), {name})
        for name in companies.dictionary.to_pylist()
    ]
    positions = pc.fill_null(companies.indices, len(odd)).to_numpy(zero_copy_only=False)
    rows = np.array([*odd, False], dtype=bool)[positions]
    spoiler.note(LEADS, np.nonzero(live(spoiler, LEADS) & rows)[0], "company", "F26")


def shared_domains(spoiler: Spoiler) -> None:
    """F25: accounts with the domain of another one; what was merged is one."""
    survives = live(spoiler, ACCOUNTS) & spoiler.empty(ACCOUNTS, "master_record_id")
    host = pc.replace_substring_regex(spoiler.values(ACCOUNTS, "website"), r"^https?://", "")
    domain = pc.replace_substring_regex(host, r"^www\.|[/].*$", "")
    counted = pc.value_counts(domain.filter(pa.array(survives)).drop_null())
    several = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    rows = np.nonzero(survives & mark(pc.is_in(domain, value_set=several)))[0]
    spoiler.note(ACCOUNTS, rows, "website", "F25")


def owners_without_an_owner(spoiler: Spoiler) -> None:
    """F39: rows that belong to a queue or to somebody who has left."""
    left = pa.array([left_user(spoiler), queue()])
    for key in OWNED:
        rows = live(spoiler, key) & mark(pc.is_in(ids_of(spoiler, key, "owner_id"), value_set=left))
        spoiler.note(key, np.nonzero(rows)[0], "owner_id", "F39")


def left_user(spoiler: Spoiler) -> str:
    """Return the user who has left."""
    return str(col.sf_ids("user", np.array([1]))[0].as_py())


def queue() -> str:
    """Return the queue of leads that nobody has taken."""
    return str(col.sf_ids("queue", np.array([1]))[0].as_py())


def deals_without_roles(spoiler: Spoiler) -> None:
    """F09: deals in which no contact has a role."""
    roles = ids_of(spoiler, ROLES, "opportunity_id").filter(pa.array(live(spoiler, ROLES)))
    has_role = mark(pc.is_in(ids_of(spoiler, OPPORTUNITIES, "id"), value_set=pc.unique(roles)))
    rows = np.nonzero(live(spoiler, OPPORTUNITIES) & ~has_role)[0]
    spoiler.note(OPPORTUNITIES, rows, "id", "F09")


def other_business(spoiler: Spoiler) -> None:
    """F41: renewals, expansions and services. F42: deals made to try the CRM."""
    usable = live(spoiler, OPPORTUNITIES)
    is_test = mark(pc.starts_with(spoiler.values(OPPORTUNITIES, "name"), "TEST"))
    other = spoiler.where(OPPORTUNITIES, "type", "Expansion", "Renewal", "Services")
    spoiler.note(OPPORTUNITIES, np.nonzero(usable & other)[0], "type", "F41")
    spoiler.note(OPPORTUNITIES, np.nonzero(usable & is_test)[0], "name", "F42")


def odd_currencies(spoiler: Spoiler) -> None:
    """F14: deals without a currency, with an unknown one, without a rate, in small letters."""
    codes = spoiler.values(OPPORTUNITIES, "currency_iso_code")
    rated = pa.array(["USD", *spoiler.settings.world["currencies"]])
    rows = live(spoiler, OPPORTUNITIES) & ~mark(pc.is_in(codes, value_set=rated))
    spoiler.note(OPPORTUNITIES, np.nonzero(rows)[0], "currency_iso_code", "F14")


def stale_close_dates(spoiler: Spoiler) -> None:
    """F12: open deals that should have closed, closed ones that close after the end of the data."""
    usable = live(spoiler, OPPORTUNITIES)
    closed = spoiler.is_true(OPPORTUNITIES, "is_closed")
    days = spoiler.values(OPPORTUNITIES, "close_date").cast(pa.int32()).to_numpy(False)
    today = last_day(spoiler)
    rows = usable & np.where(closed, days > today, days < today)
    spoiler.note(OPPORTUNITIES, np.nonzero(rows)[0], "close_date", "F12")


def deals_entered_at_their_close(spoiler: Spoiler) -> None:
    """F08: deals closed within a day of their creation, by the history of their closed stage."""
    usable = live(spoiler, OPPORTUNITIES) & spoiler.is_true(OPPORTUNITIES, "is_closed")
    last_entry: dict[tuple[str, str], int] = {}
    for deal, moment, stage in zip(
        ids_of(spoiler, CHANGES, "opportunity_id").to_pylist(),
        spoiler.values(CHANGES, "created_date").cast(pa.date32()).cast(pa.int32()).to_pylist(),
        spoiler.values(CHANGES, "stage_name").to_pylist(),
        strict=True,
    ):
        last_entry[deal, stage] = max(moment, last_entry.get((deal, stage), moment))
    created = spoiler.values(OPPORTUNITIES, "created_date").cast(pa.date32()).cast(pa.int32())
    closing = zip(
        ids_of(spoiler, OPPORTUNITIES, "id").to_pylist(),
        spoiler.values(OPPORTUNITIES, "stage_name").to_pylist(),
        created.to_pylist(),
        spoiler.values(OPPORTUNITIES, "close_date").cast(pa.int32()).to_pylist(),
        strict=True,
    )
    at_once = [
        last_entry.get((deal, stage), day) - start <= 1 for deal, stage, start, day in closing
    ]
    rows = np.nonzero(usable & np.array(at_once, dtype=bool))[0]
    spoiler.note(OPPORTUNITIES, rows, "created_date", "F08")


def survivors(spoiler: Spoiler, ids: Any) -> Any:
    """Return the accounts that are left of accounts after all merges."""
    accounts = ids_of(spoiler, ACCOUNTS, "id")
    masters = ids_of(spoiler, ACCOUNTS, "master_record_id")
    for _ in range(10):
        master = masters.take(pc.index_in(ids, value_set=accounts))
        ids = pc.coalesce(master, ids)
    return ids


def contacts_who_moved(spoiler: Spoiler) -> None:
    """F11: contacts whose account is not the one of their conversion, or of a call with them."""
    contacts = ids_of(spoiler, CONTACTS, "id")
    accounts = survivors(spoiler, ids_of(spoiler, CONTACTS, "account_id"))
    moved = np.zeros(len(contacts), dtype=bool)
    for key, who, where in (
        (LEADS, "converted_contact_id", "converted_account_id"),
        (TASKS, "who_id", "account_id"),
        (EVENTS, "who_id", "account_id"),
    ):
        usable = live(spoiler, key)
        if key != LEADS:  # an activity about a deal is with the account of the deal
            usable &= spoiler.empty(key, "what_id")
        seen_at = survivors(spoiler, ids_of(spoiler, key, where))
        at = pc.index_in(ids_of(spoiler, key, who), value_set=contacts)
        differs = usable & mark(pc.not_equal(accounts.take(at), seen_at))
        moved[at.filter(pa.array(differs)).to_numpy(zero_copy_only=False)] = True
    spoiler.note(CONTACTS, np.nonzero(moved & live(spoiler, CONTACTS))[0], "account_id", "F11")


def roles_of_other_accounts(spoiler: Spoiler) -> None:
    """F10: roles of contacts who never belonged to the account of the deal."""
    deals = ids_of(spoiler, OPPORTUNITIES, "id")
    of_deal = survivors(spoiler, ids_of(spoiler, OPPORTUNITIES, "account_id"))
    deal = pc.index_in(ids_of(spoiler, ROLES, "opportunity_id"), value_set=deals)
    wanted = of_deal.take(deal)
    person = ids_of(spoiler, ROLES, "contact_id")
    rows = live(spoiler, ROLES) & mark(pc.is_in(deal, value_set=usable_positions(spoiler)))
    found = np.zeros(len(rows), dtype=bool)
    seen = np.zeros(len(rows), dtype=bool)
    pairs = pc.binary_join_element_wise(person, wanted, "|")
    for key, who, where in (
        (CONTACTS, "id", "account_id"),
        (LEADS, "converted_contact_id", "converted_account_id"),
        (TASKS, "who_id", "account_id"),
        (EVENTS, "who_id", "account_id"),
    ):
        usable = live(spoiler, key)
        if "what_id" in spoiler.tables[key].column_names:
            usable &= spoiler.empty(key, "what_id")
        there = pc.binary_join_element_wise(
            ids_of(spoiler, key, who), survivors(spoiler, ids_of(spoiler, key, where)), "|"
        ).filter(pa.array(usable))
        found |= mark(pc.is_in(pairs, value_set=there.drop_null()))
        if key == CONTACTS:
            known = ids_of(spoiler, key, who).filter(pa.array(usable))
            seen = mark(pc.is_in(person, value_set=known))
    spoiler.note(ROLES, np.nonzero(rows & seen & ~found)[0], "contact_id", "F10")


def usable_positions(spoiler: Spoiler) -> Any:
    """Return the positions of the deals that the models read."""
    return pa.array(np.nonzero(live(spoiler, OPPORTUNITIES))[0].astype(np.int32))


def last_day(spoiler: Spoiler) -> int:
    """Return the newest day on which a server stamped a row."""
    stamps = [
        pc.max(spoiler.values(key, "created_date").filter(pa.array(live(spoiler, key)))).as_py()
        for key in (
            ACCOUNTS,
            CONTACTS,
            LEADS,
            LEAD_CHANGES,
            OPPORTUNITIES,
            CHANGES,
            MEMBERS,
            TASKS,
            EVENTS,
        )
    ]
    newest = max(stamp for stamp in stamps if stamp)
    return int(newest.replace(tzinfo=UTC).timestamp()) // DAY


def same_day_responses(
    spoiler: Spoiler, companies: Companies, people: People, answers: Ints
) -> Ints:
    """Return the responses on the day on which a deal of the responder's company was created."""
    who = pa.nulls(spoiler.tables[MEMBERS].num_rows, pa.int32())
    for kind, column, key in (("contact", "contact_id", CONTACTS), ("lead", "lead_id", LEADS)):
        ids = ids_of(spoiler, MEMBERS, column)
        there = ids_of(spoiler, key, "id").filter(pa.array(live(spoiler, key)))
        ids = pc.if_else(pc.is_in(ids, value_set=there), ids, pa.scalar(None, pa.string()))
        ids = original_ids(spoiler, kind, ids)
        who = pc.coalesce(who, pc.index_in(ids, value_set=col.sf_ids(kind, people.number)))
    person = pc.fill_null(who, -1).to_numpy(zero_copy_only=False)
    company = np.where(person >= 0, people.company[person], -1)
    accounts = col.sf_ids("account", companies.number)
    of_deal = pc.index_in(ids_of(spoiler, OPPORTUNITIES, "account_id"), value_set=accounts)
    deal_days = spoiler.values(OPPORTUNITIES, "created_date").cast(pa.date32()).cast(pa.int32())
    usable = live(spoiler, OPPORTUNITIES) & mark(pc.is_valid(of_deal))
    opened = of_deal.to_numpy(zero_copy_only=False)[usable].astype(np.int64) * FAR
    opened += deal_days.to_numpy(zero_copy_only=False)[usable]
    found = np.isin(company.astype(np.int64) * FAR + answers, opened) & (company >= 0)
    found &= live(spoiler, MEMBERS) & (answers < NEVER)
    return np.nonzero(found)[0]


def original_ids(spoiler: Spoiler, kind: str, ids: Any) -> Any:
    """Return the ids that copies were made of, copies of copies too."""
    for copied, made, of in reversed(spoiler.copies):
        if copied == kind:
            at = pc.index_in(ids, value_set=made)
            ids = pc.if_else(pc.is_valid(at), of.take(at.fill_null(0)), ids)
    return ids


STAGE_ORDERS = {
    "0-Pending Acceptance": 0,
    "1-Discovery": 1,
    "2-Evaluation": 3,
    "3-Proposal": 4,
    "4-Negotiation": 5,
    "Closed Won": 6,
    "Closed Lost": 7,
}
CLOSED = (6, 7)
Entry = tuple[datetime, str, int | None]  # when, id of the change, order of the stage


def odd_histories(spoiler: Spoiler) -> None:
    """F16: stages backwards, left out, or two in one second. F17: closed deals opened again."""
    entries = stage_entries(spoiler)
    first_used: dict[int, datetime] = {}
    for path in entries.values():
        for moment, _, order in path:
            if order is not None:
                first_used[order] = min(first_used.get(order, moment), moment)
    out_of_order = {deal for deal, path in entries.items() if _is_odd(path, first_used)}
    reopened = {
        deal
        for deal, path in entries.items()
        if any(a[2] in CLOSED and b[2] not in CLOSED for a, b in pairwise(path))
    }
    ids = ids_of(spoiler, OPPORTUNITIES, "id")
    usable = live(spoiler, OPPORTUNITIES)
    for fault, deals in (("F16", out_of_order), ("F17", reopened)):
        among = pa.array(sorted(deals), type=pa.string())
        rows = np.nonzero(usable & mark(pc.is_in(ids, value_set=among)))[0]
        spoiler.note(OPPORTUNITIES, rows, "stage_name", fault)


def stage_entries(spoiler: Spoiler) -> dict[str, list[Entry]]:
    """Return the stages that each deal entered, in order of time and id."""
    rows = sorted(
        zip(
            ids_of(spoiler, CHANGES, "opportunity_id").to_pylist(),
            spoiler.values(CHANGES, "created_date").to_pylist(),
            ids_of(spoiler, CHANGES, "id").to_pylist(),
            spoiler.values(CHANGES, "stage_name").to_pylist(),
            strict=True,
        )
    )
    found: dict[str, list[Entry]] = {}
    latest: dict[str, str] = {}
    for deal, moment, change, stage in rows:
        if latest.get(deal) != stage:
            found.setdefault(deal, []).append((moment, change, STAGE_ORDERS.get(stage)))
        latest[deal] = stage
    return found


def _is_odd(path: list[Entry], first_used: dict[int, datetime]) -> bool:
    for (before, _, previous), (moment, _, order) in pairwise(path):
        if before == moment:
            return True
        if previous is None or order is None or previous in CLOSED:
            continue
        if order < previous:
            return True
        # a lost deal may be lost from anywhere
        between = [at for at in first_used if previous < at < order]
        if order != 7 and any(first_used[at].date() <= moment.date() for at in between):
            return True
    return False


INQUIRIES = ("New", "Working")  # the statuses that a lead is created with
CUT_OFF = timedelta(days=90)  # a history that begins so long after the first record is cut off


def histories_cut_off(spoiler: Spoiler) -> None:
    """F43: leads and deals that are older than what is left of the history."""
    for key, history, column, note in (
        (LEADS, LEAD_CHANGES, "lead_id", "status"),
        (OPPORTUNITIES, CHANGES, "opportunity_id", "stage_name"),
    ):
        first_left = pc.min(
            spoiler.values(history, "created_date").filter(pa.array(live(spoiler, history)))
        ).as_py()
        created = spoiler.values(key, "created_date").to_pylist()
        usable = live(spoiler, key)
        oldest = min(moment for moment, there in zip(created, usable, strict=True) if there)
        if first_left is None or first_left.date() - oldest.date() <= CUT_OFF:
            continue
        begun = _first_seen(spoiler, history, column)
        rows = [
            row
            for row, (record, moment) in enumerate(
                zip(ids_of(spoiler, key, "id").to_pylist(), created, strict=True)
            )
            if usable[row] and moment < first_left and _is_cut(begun.get(record), moment, key)
        ]
        if key == LEADS:
            now = spoiler.values(LEADS, "status").to_pylist()
            tests = mark(pc.ends_with(spoiler.values(LEADS, "email"), "@kelda.example"))
            ids = ids_of(spoiler, LEADS, "id").to_pylist()
            rows = [
                row
                for row in rows
                if not tests[row] and (ids[row] in begun or now[row] not in INQUIRIES)
            ]
        spoiler.note(key, np.array(rows, dtype=np.int64), note, "F43")


def _first_seen(spoiler: Spoiler, history: Key, column: str) -> dict[str, tuple[datetime, str]]:
    """Return of each record its first change, and the status before it."""
    field = "old_value" if history == LEAD_CHANGES else "stage_name"
    usable = live(spoiler, history)
    if history == LEAD_CHANGES:
        usable &= spoiler.where(LEAD_CHANGES, "field", "Status")
    found: dict[str, tuple[datetime, str]] = {}
    for record, moment, _, status in sorted(
        zip(
            ids_of(spoiler, history, column).filter(pa.array(usable)).to_pylist(),
            spoiler.values(history, "created_date").filter(pa.array(usable)).to_pylist(),
            ids_of(spoiler, history, "id").filter(pa.array(usable)).to_pylist(),
            spoiler.values(history, field).filter(pa.array(usable)).to_pylist(),
            strict=True,
        )
    ):
        found.setdefault(record, (moment, status))
    return found


def _is_cut(first: tuple[datetime, str] | None, created: datetime, key: Key) -> bool:
    if first is None:
        return True
    moment, status = first
    if key == LEADS:
        return status not in INQUIRIES
    return moment > created + timedelta(days=1)


def rows_that_point_to_nothing(spoiler: Spoiler) -> None:
    """F05: rows that point to one that is gone. F46: touches of a person who is gone."""
    there = {key: ids_of(spoiler, key, "id") for key in (ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES)}
    people = pa.concat_arrays([there[LEADS], there[CONTACTS]])
    for key, column, target in REFERENCES:
        _orphans(spoiler, key, column, there[target], "F05")
    for key, column in PEOPLE_REFERENCES:
        _orphans(spoiler, key, column, people, "F46")


def _orphans(spoiler: Spoiler, key: Key, column: str, there: Any, fault: str) -> None:
    found = pc.is_in(ids_of(spoiler, key, column), value_set=there)
    rows = live(spoiler, key) & ~spoiler.empty(key, column) & ~mark(found)
    spoiler.note(key, np.nonzero(rows)[0], column, fault)


# After everything else.
SEEN_STEPS = (
    ("F14", odd_currencies),
    ("F01 F02", people_entered_twice),
    ("F05 F46", rows_that_point_to_nothing),
    ("F08", deals_entered_at_their_close),
    ("F09", deals_without_roles),
    ("F10", roles_of_other_accounts),
    ("F11", contacts_who_moved),
    ("F12", stale_close_dates),
    ("F16 F17", odd_histories),
    ("F24", mailboxes_of_nobody),
    ("F25", shared_domains),
    ("F26", names_in_several_spellings),
    ("F39", owners_without_an_owner),
    ("F41 F42", other_business),
    ("F43", histories_cut_off),
)
