"""Names the definitions know, as stages and sources, and which of a company's they do not."""

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_DEFINITIONS = ("seeds", "definitions")


@dataclass(frozen=True)
class Vocabulary:
    """One list of names: the column that holds them and the definition that must know them."""

    table: str
    column: str
    definition: str
    key: str
    is_label: bool
    without: str
    says: str
    # what the other columns of a row to add may be, and what stands there until a person has said
    asked: tuple[tuple[str, str], ...] = ()


_STAGE = ("opportunity_stages", "stage_name")
_SOURCE = ("lead_sources", "lead_source")
_STAGES_ASKED = (
    ("canonical_stage", "discovery|scoping|evaluation|proposal|negotiation|closed_won|closed_lost"),
    ("stage_order", "1 to 9"),
    ("is_pipeline", "true|false"),
    ("is_closed", "true|false"),
    ("is_won", "true|false"),
)
_STATUSES_ASKED = (
    ("canonical_stage", "inquiry|mql|sal|sql, or empty for an end"),
    ("disposition", "rejected|recycled|disqualified|merged, or empty"),
)
_SOURCES_ASKED = (("source_owner", "marketing|sales|partner|unsourced"),)
VOCABULARIES = (
    Vocabulary(
        "crm.opportunities",
        "stage_name",
        *_STAGE,
        True,
        "a deal in it is judged by its flags alone and reaches no stage of the funnel",
        "stages of deals",
        _STAGES_ASKED,
    ),
    Vocabulary(
        "crm.opportunity_changes",
        "stage_name",
        *_STAGE,
        True,
        "the day a deal entered it is not known to the funnel",
        "stages of deals",
        _STAGES_ASKED,
    ),
    Vocabulary(
        "crm.leads",
        "status",
        "lead_statuses",
        "lead_status",
        True,
        "it moves nobody through the funnel",
        "statuses of leads",
        _STATUSES_ASKED,
    ),
    Vocabulary(
        "crm.lead_changes",
        "new_value",
        "lead_statuses",
        "lead_status",
        True,
        "it moves nobody through the funnel",
        "statuses of leads",
        _STATUSES_ASKED,
    ),
    Vocabulary(
        "crm.opportunities",
        "type",
        "opportunity_types",
        "opportunity_type",
        True,
        "its deals are of no kind: new business, expansion, renewal",
        "types of deals",
        (
            ("business_kind", "new_business|expansion|renewal|services|test"),
            ("is_credited", "true|false"),
            ("journey_scope", "account_lifetime|since_last_close"),
            ("counts_as_new_business", "true|false"),
        ),
    ),
    Vocabulary(
        "crm.opportunities",
        "lead_source",
        *_SOURCE,
        False,
        "its deals are sourced by nobody",
        "sources of leads and deals",
        _SOURCES_ASKED,
    ),
    Vocabulary(
        "crm.leads",
        "lead_source",
        *_SOURCE,
        False,
        "its deals are sourced by nobody",
        "sources of leads and deals",
        _SOURCES_ASKED,
    ),
)


def label(text: str) -> str:
    """Return a name in the form definitions are written in, as the macro label does.

    >>> label("M.Q.L. ")
    'mql'
    """
    return re.sub("_", " ", text.lower()).replace(".", "").strip()


def written(vocabulary: Vocabulary, name: str) -> str:
    """Return a name as the definition would write it."""
    return label(name) if vocabulary.is_label else name.strip().lower()


def read_names(project: Path, vocabulary: Vocabulary) -> set[str]:
    """Return the names that a definition knows."""
    path = project.joinpath(*_DEFINITIONS, f"{vocabulary.definition}.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[vocabulary.key] for row in csv.DictReader(stream)}


def unknown(
    vocabulary: Vocabulary, known: Iterable[str], values: Mapping[str, int]
) -> dict[str, int]:
    """Return the values a definition does not know, with how often each is there, often first."""
    names = set(known)
    found = {
        value: count
        for value, count in values.items()
        if value.strip() and written(vocabulary, value) not in names
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def near(vocabulary: Vocabulary, known: Iterable[str], value: str) -> str:
    """Return the known name most like a value, or nothing."""
    close = difflib.get_close_matches(written(vocabulary, value), list(known), n=1, cutoff=0.75)
    return close[0] if close else ""


def rows_to_add(
    project: Path,
    vocabulary: Vocabulary,
    values: Iterable[str],
    answers: Mapping[str, Mapping[str, str]] | None = None,
    always: Mapping[str, str] | None = None,
) -> str:
    """Return CSV rows for a definition, one a name; what only a person can say is a question mark.

    A name that is like a known one takes the answers of that one.

    Args:
        project: folder of the definitions.
        vocabulary: the names and what is asked of each.
        values: the names that are not known.
        answers: what the data say of a name.
        always: what stands in every row.
    """
    path = project.joinpath(*_DEFINITIONS, f"{vocabulary.definition}.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header, rows = list(reader.fieldnames or []), list(reader)
    by_name = {row[vocabulary.key]: row for row in rows}
    asked = {column for column, _ in vocabulary.asked}
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    added: set[str] = set()
    for value in values:
        name = written(vocabulary, value)
        if name in added:
            continue
        added.add(name)
        like = by_name.get(near(vocabulary, by_name, name), {})
        given = (answers or {}).get(value, {})
        row = {
            column: given.get(column) or like.get(column, "?") if column in asked else ""
            for column in header
        }
        row |= always or {}
        row |= {vocabulary.key: name}
        row |= {"version": "1", "agreed_by": "?", "valid_from": rows[0].get("valid_from", "")}
        writer.writerow({column: row[column] for column in header})
    return text.getvalue()
