"""A file of no known shape: which table it could be, and which of its columns which of ours."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from touchstone.load.contract import Column, Table
from touchstone.load.evidence import read_dates, read_numbers
from touchstone.load.peek import Peek
from touchstone.load.shapes import folded

# What columns of ours are called elsewhere.
_ALSO = {
    "id": ("id", "key", "number", "no"),
    "name": ("title", "dealname", "opportunityname", "companyname", "organization"),
    "amount": ("value", "revenue", "price", "total", "dealvalue", "closevalue"),
    "currency_iso_code": ("currency", "currencycode", "iso"),
    "stage_name": ("stage", "dealstage", "status", "pipelinestage", "phase"),
    "close_date": (
        "closed",
        "closedate",
        "closedon",
        "closedat",
        "expectedclose",
        "expectedclosedate",
        "windate",
    ),
    "created_date": (
        "created",
        "createdat",
        "createdon",
        "createdate",
        "opened",
        "date",
        "dealcreated",
        "addtime",
        "leadcreated",
    ),
    "is_closed": ("closed", "isclosed"),
    "is_won": ("won", "iswon"),
    "account_id": (
        "account",
        "company",
        "companyid",
        "customer",
        "customerid",
        "organization",
        "organizationid",
    ),
    "owner_id": ("owner", "rep", "salesrep", "seller", "salesagent", "assignedto"),
    "email": ("email", "mail", "emailaddress"),
    "website": ("domain", "url", "site", "homepage"),
    "lead_source": ("source", "origin", "channel"),
    "status": ("state",),
    "number_of_employees": ("employees", "headcount", "size"),
    "annual_revenue": ("revenue", "turnover"),
    "billing_country": ("country",),
    "anonymous_id": ("visitor", "visitorid", "clientid", "cookie", "anonymousid"),
    "timestamp": ("ts", "time", "at", "datetime", "date"),
    "url": ("page", "pageurl", "pagelocation"),
    "referrer": ("referer", "pagereferrer"),
    "context_campaign_source": ("source", "utmsource"),
    "context_campaign_medium": ("medium", "utmmedium"),
    "context_campaign_name": ("campaign", "utmcampaign"),
    "context_campaign_content": ("content", "utmcontent"),
    "context_campaign_term": ("term", "utmterm"),
    "form_name": ("form",),
}
_ROWS = {
    "crm.opportunities": ("deal", "opp"),
    "crm.accounts": ("company", "organization", "organisation", "customer", "client"),
    "crm.contacts": ("person", "people"),
    "crm.leads": ("prospect",),
    "crm.users": ("owner", "seller", "rep"),
    "web.page_views": ("visit", "pageview"),
    "web.identifies": ("login", "form"),
}
# Fewer columns, or a smaller part of the file, say too little.
_ENOUGH_COLUMNS = 3
_ENOUGH_SHARE = 0.4


@dataclass
class Guess:
    """The table a file could be: its columns by ours, and what is uncertain of each."""

    table: Table
    columns: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    score: float = 0.0


def guess_table(seen: Peek, tables: Sequence[Table]) -> Guess | None:
    """Return the table whose columns a file has most of, when it has all the required ones."""
    guesses = [_guess(seen, table) for table in tables]
    fitting = [
        guess
        for guess in guesses
        if all(name in guess.columns for name in guess.table.required) and _explains(guess, seen)
    ]
    return max(fitting, key=lambda guess: guess.score) if fitting else None


def _explains(guess: Guess, seen: Peek) -> bool:
    known = [name for name in guess.columns if not name.startswith("_")]
    given = [name for name in seen.header if not name.startswith("_")]
    return len(known) >= _ENOUGH_COLUMNS and (
        len(known) >= _ENOUGH_SHARE * len(given) or _is_named(seen.name, guess.table)
    )


def _guess(seen: Peek, table: Table) -> Guess:
    guess = Guess(table, {})
    candidates = []
    for column in table.columns:
        for header in dict.fromkeys(seen.header):
            likeness, why = _likeness(column, table, header)
            if likeness and _can_be(column, seen, header):
                candidates.append((likeness, column.name, header, why))
    taken: set[str] = set()
    for likeness, name, header, why in sorted(candidates, key=lambda item: -item[0]):
        if name not in guess.columns and header not in taken:
            guess.columns[name] = header
            taken.add(header)
            guess.score += likeness
            if likeness < 1:
                guess.notes[name] = f"a guess ({why}): confirm"
    # of tables that explain a file as well, the one of which less is missing
    guess.score -= 0.02 * (len(table.columns) - len(guess.columns))
    guess.score += 0.5 * _is_named(seen.name, table)
    return guess


def _singles(table: Table) -> tuple[str, ...]:
    """What one row of a table is called, here and elsewhere."""
    single = (
        table.name.removesuffix("ies") + "y"
        if table.name.endswith("ies")
        else (table.name.removesuffix("s"))
    )
    return (folded(single), folded(table.identifier), *_ROWS.get(table.label, ()))


def _is_named(name: str, table: Table) -> bool:
    plain = folded(name.split("/")[-1].split(".")[0])
    return any(plain.startswith(single[:-1]) for single in _singles(table))


def _likeness(column: Column, table: Table, header: str) -> tuple[float, str]:
    ours, theirs = folded(column.name), folded(header)
    if not theirs or column.name.startswith("_"):
        return (1.0, "") if theirs and ours == theirs else (0.0, "")
    if ours == theirs:
        return 1.0, ""
    if column.name == "id" and theirs in (f"{single}id" for single in _singles(table)):
        return 0.95, "the id of its rows"
    if theirs in _ALSO.get(column.name, ()):
        return 0.8, "what it is often called"
    ratio = difflib.SequenceMatcher(None, ours, theirs).ratio()
    if ratio >= 0.82 and column.name != "id":
        return ratio - 0.15, "by the likeness of its name"
    return 0.0, ""


def _can_be(column: Column, seen: Peek, header: str) -> bool:
    """Whether most of the values could stand in a column."""
    values = list(seen.sample(header))[:500]
    if not values or column.kind == "text":
        return bool(values) or column.kind != "text"
    if column.kind == "yes or no":
        return {value.lower() for value in values} <= {
            "true",
            "false",
            "t",
            "f",
            "yes",
            "no",
            "y",
            "n",
            "1",
            "0",
        }
    if column.kind in ("date", "timestamp"):
        return 2 * len(read_dates(values).unread) < len(values)
    return 2 * len(read_numbers(values).unread) < len(values)
