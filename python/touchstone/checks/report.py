"""What a check says: as text for a terminal, as Markdown for a page, as JSON for a machine."""

import json
from collections import Counter
from collections.abc import Sequence

from touchstone.checks.checking import Finding

LABELS = {True: "STOP", False: "warn"}


def as_text(findings: Sequence[Finding], *, shown: int = 20) -> str:
    """Return the report of a terminal: what is wrong, the worst first, then one line of sums."""
    wrong = [finding for finding in findings if finding.stops or finding.warns]
    lines = []
    for finding in wrong[:shown]:
        lines += [f"{LABELS[finding.stops]}  {finding.table}: {finding.guard.statement}"]
        lines += [f"      {line}" for line in _details(finding)]
    if len(wrong) > shown:
        lines.append(f"... and {len(wrong) - shown} more: touchstone check --format markdown")
    if empty := _tables(findings, "empty"):
        lines.append(f"without rows to guard: {', '.join(empty)}")
    if absent := _tables(findings, "absent"):
        lines.append(f"not in this warehouse: {', '.join(absent)}")
    return "\n".join([*lines, summary(findings)])


def as_markdown(findings: Sequence[Finding]) -> str:
    """Return the report of a page: a table of what is wrong, the rest folded."""
    wrong = [finding for finding in findings if finding.stops or finding.warns]
    lines = ["## Guards", "", summary(findings), ""]
    if wrong:
        lines += [
            "| | table | must be true | seen | limit | rows | for example | do next |",
            "|---|---|---|---|---|---:|---|---|",
        ]
        lines += [_markdown_row(finding) for finding in wrong]
        lines.append("")
    rest = [finding for finding in findings if finding not in wrong]
    lines += ["<details><summary>The other guards</summary>", ""]
    lines += ["| outcome | table | guard | seen | limit |", "|---|---|---|---|---|"]
    lines += [
        _cells(finding.outcome, finding.table, finding.guard.name, finding.observed, finding.limit)
        for finding in rest
    ]
    return "\n".join([*lines, "", "</details>"])


def as_json(findings: Sequence[Finding]) -> str:
    """Return every finding for a machine."""
    return json.dumps(
        {
            "summary": summary(findings),
            "stops": sum(finding.stops for finding in findings),
            "warns": sum(finding.warns for finding in findings),
            "findings": [_as_dict(finding) for finding in findings],
        },
        indent=2,
    )


def summary(findings: Sequence[Finding]) -> str:
    """Return one line of sums."""
    tables = {finding.table for finding in findings}
    outcomes = Counter(finding.outcome for finding in findings)
    stops = sum(finding.stops for finding in findings)
    warns = sum(finding.warns for finding in findings)
    said = [f"{stops} stop", f"{warns} warn", f"{outcomes['held']} hold"]
    said += [f"{outcomes[name]} {words}" for name, words in _QUIET.items() if outcomes[name]]
    return f"{len(findings)} guards of {len(tables)} tables: {', '.join(said)}"


_QUIET = {"empty": "saw no rows", "absent": "have nothing to guard"}


def _details(finding: Finding) -> list[str]:
    guard = finding.guard
    lines = [
        f"{finding.observed} (limit: {finding.limit})",
        f"guards {guard.definition}: {guard.reason}",
    ]
    if finding.sample_keys:
        lines.insert(1, f"for example {finding.sample_keys}")
    return [*lines, f"next: {finding.next_step}", f"guard {guard.name}, version {guard.version}"]


def _tables(findings: Sequence[Finding], outcome: str) -> list[str]:
    """Return the tables in which every guard had one outcome."""
    others = {finding.table for finding in findings if finding.outcome != outcome}
    return sorted({finding.table for finding in findings} - others)


def _markdown_row(finding: Finding) -> str:
    guard = finding.guard
    return _cells(
        LABELS[finding.stops],
        finding.table,
        f"{guard.statement} ({guard.definition}; {guard.name})",
        finding.observed,
        finding.limit,
        f"{finding.row_count:,}",
        finding.sample_keys,
        finding.next_step,
    )


def _cells(*values: str) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"


def _as_dict(finding: Finding) -> dict[str, object]:
    guard = finding.guard
    return {
        "guard": guard.name,
        "edge": guard.edge,
        "table": finding.table,
        "severity": guard.severity,
        "outcome": finding.outcome,
        "statement": guard.statement,
        "definition": guard.definition,
        "reason": guard.reason,
        "definition_version": guard.version,
        "observed": finding.observed,
        "limit": finding.limit,
        "seen_count": finding.seen_count,
        "row_count": finding.row_count,
        "sample_keys": finding.sample_keys,
        "next_step": finding.next_step,
    }
