"""Ordinary dirt (spec 5.6) in leads, contacts and accounts: entered twice, merged, tests."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.dice import Ints
from touchstone.sample.spoiler import (
    ACCOUNTS,
    CONTACTS,
    LEADS,
    MEMBERS,
    Key,
    Spoiler,
    later,
)


def _copy_leads(spoiler: Spoiler, rows: Ints) -> Ints:
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
    last = (
        pa.scalar(spoiler.settings.end - 3600, pa.int64())
        .cast(pa.timestamp("s"))
        .cast(pa.timestamp("us"))
    )
    ids = col.sf_ids("lead", spoiler.numbers.take(count))
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
    )


def duplicate_leads(spoiler: Spoiler) -> None:
    """F01: leads entered twice; F03: some of them merged, in chains, and two into each other.

    Which of the leads are the copies is seen by their time (faults_seen).
    """
    rows = spoiler.some(LEADS, 0.035, least=8)
    copies = _copy_leads(spoiler, rows)
    ids = spoiler.values(LEADS, "id")
    _share_members(spoiler, ids.take(pa.array(rows)), ids.take(pa.array(copies)))
    if not spoiler.has("F03"):
        return
    merged = np.arange(len(rows)) % 3 == 0
    _merge(spoiler, LEADS, copies[merged], ids.take(pa.array(rows[merged])))
    # a chain: a copy of a copy, merged into the copy, which was merged before
    links = copies[merged][: max(2, int(merged.sum()) // 8)]
    chained = _copy_leads(spoiler, links)
    ids = spoiler.values(LEADS, "id")
    _merge(spoiler, LEADS, chained, ids.take(pa.array(links)))
    # a cycle: two copies of one person, each merged into the other
    first = _copy_leads(spoiler, rows[1:2])
    second = _copy_leads(spoiler, rows[1:2])
    ids = spoiler.values(LEADS, "id")
    _merge(spoiler, LEADS, first, ids.take(pa.array(second)))
    _merge(spoiler, LEADS, second, ids.take(pa.array(first)))


def _merge(spoiler: Spoiler, key: Key, losers: Ints, winners: Any) -> None:
    spoiler.change(key, "is_deleted", losers, True)
    spoiler.change(key, "master_record_id", losers, winners, "F03")


def _share_members(spoiler: Spoiler, originals: Any, copies: Any) -> None:
    """Give half of the responses of a lead entered twice to its copy."""
    at = pc.index_in(spoiler.values(MEMBERS, "lead_id"), value_set=originals)
    position = at.fill_null(-1).to_numpy().astype(np.int64)
    rows = np.nonzero((position >= 0) & spoiler.empty(MEMBERS, "contact_id"))[0]
    rows = rows[::2]
    spoiler.change(MEMBERS, "lead_id", rows, copies.take(pa.array(position[rows])))


def leads_of_contacts(spoiler: Spoiler) -> None:
    """F02: a lead of somebody who is a contact already, without a link between them."""
    rows = spoiler.some(CONTACTS, 0.03, least=3)
    count = len(rows)
    contacts = spoiler.tables[CONTACTS].take(pa.array(rows))
    template = np.arange(count) % spoiler.tables[LEADS].num_rows
    created = later(
        contacts.column("created_date").combine_chunks(), spoiler.dice.between(5, 200, count) * DAY
    )
    last = (
        pa.scalar(spoiler.settings.end - 7200, pa.int64())
        .cast(pa.timestamp("s"))
        .cast(pa.timestamp("us"))
    )
    at = pc.index_in(
        contacts.column("account_id").combine_chunks(), value_set=spoiler.values(ACCOUNTS, "id")
    )
    accounts = spoiler.tables[ACCOUNTS].take(at)
    ids = col.sf_ids("lead", spoiler.numbers.take(count))
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
    )


def merged_accounts_and_contacts(spoiler: Spoiler) -> None:
    """F03: accounts and contacts entered twice and merged; one chain of accounts."""
    rows = spoiler.some(ACCOUNTS, 0.012, least=3)
    ids = col.sf_ids("account", spoiler.numbers.take(len(rows)))
    spoiler.copies.append(("account", ids, spoiler.values(ACCOUNTS, "id").take(pa.array(rows))))
    old = spoiler.values(ACCOUNTS, "id").take(pa.array(rows))
    names = pc.utf8_upper(spoiler.values(ACCOUNTS, "name").take(pa.array(rows)))
    copies = spoiler.copy(ACCOUNTS, rows, {"id": ids, "name": names, "parent_id": None})
    _merge(spoiler, ACCOUNTS, copies, old)
    _merge(
        spoiler, ACCOUNTS, copies[1:2], ids.take(pa.array([0]))
    )  # the second into the first, a loser
    _point_to(spoiler, CONTACTS, "account_id", old, ids, 0.5)

    rows = spoiler.some(CONTACTS, 0.012, least=3)
    ids = col.sf_ids("contact", spoiler.numbers.take(len(rows)))
    old = spoiler.values(CONTACTS, "id").take(pa.array(rows))
    spoiler.copies.append(("contact", ids, old))
    _merge(spoiler, CONTACTS, spoiler.copy(CONTACTS, rows, {"id": ids}), old)


def _point_to(spoiler: Spoiler, key: Key, column: str, old: Any, new: Any, share: float) -> None:
    """Let some rows point to a record that was merged away."""
    at = pc.index_in(spoiler.values(key, column), value_set=old).fill_null(-1)
    position = at.to_numpy().astype(np.int64)
    rows = np.nonzero((position >= 0) & spoiler.dice.chance(share, len(position)))[0]
    spoiler.change(key, column, rows, new.take(pa.array(position[rows])))


def internal_leads(spoiler: Spoiler) -> None:
    """F23: leads made while testing a form, with an address of the company itself."""
    rows = spoiler.some(LEADS, 0.003, ~spoiler.is_true(LEADS, "is_converted"), least=3)
    count = len(rows)
    spoiler.copy(
        LEADS,
        rows,
        {
            "id": col.sf_ids("lead", spoiler.numbers.take(count)),
            "email": col.numbered("qa", spoiler.block * 1000 + np.arange(count), "@kelda.example"),
            "company": "Kelda Test",
            "website": None,
            "status": "New",
            "is_deleted": False,
            "master_record_id": None,
        },
        "F23",
    )
