"""What a comparison says: in a terminal, on a pull request, to a machine."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from touchstone.diff.changes import Change, shortened
from touchstone.diff.compare import Comparison
from touchstone.diff.movements import Behind, Movement
from touchstone.diff.verdict import Finding

MARK = "<!-- touchstone diff -->"  # by which a workflow finds its last comment
NOTHING = "nothing"
SHORT = 8
MOST_CHARACTERS = 60_000  # GitHub takes 65,536 in a comment
RED, GREEN, YELLOW, DIM, BOLD, PLAIN = (
    f"\033[{code}m" for code in ("31", "32", "33", "2", "1", "0")
)


# ---------------------------------------------------------------- what all reports say


def headline(comparison: Comparison) -> str:
    """Return the verdict in one line."""
    facts = comparison.facts
    definitions = sum(change.is_definition for change in facts.changes)
    others = len(facts.changes) - definitions
    moved = len({movement.metric for movement in facts.movements})
    breaking = sum(change.is_breaking for change in facts.tables)
    parts = [
        f"{definitions} definition{'s' * (definitions != 1)} changed" if definitions else "",
        f"{others} change{'s' * (others != 1)} of SQL or data" if others else "",
        f"{moved} of {comparison.metric_count} metrics moved" if moved else "no metric moved",
        f"{breaking} breaking change{'s' * (breaking != 1)} of public tables" if breaking else "",
    ]
    if not facts.changes and not facts.tables and not moved:
        return "nothing that a number depends on was changed"
    return ", ".join(part for part in parts if part)


def verdict(comparison: Comparison) -> str:
    """Return PASS or FAIL."""
    return "PASS" if comparison.passes else "FAIL"


def about(comparison: Comparison) -> str:
    """Return what was compared."""
    builds, whole = comparison.seconds
    return (
        f"{comparison.revision.told} against the working tree, {comparison.data}; "
        f"{whole:.0f} s, {builds:.0f} s of building"
    )


def shown(comparison: Comparison) -> list[Movement]:
    """Return the movements of tables: totals of the grain asked for, then the cuts asked for."""
    settings = comparison.settings
    wanted = [
        movement
        for movement in comparison.facts.movements
        if movement.grain == settings.grain
        and (movement.is_total or movement.dimension in settings.by)
    ]
    return sorted(
        wanted,
        key=lambda one: (one.metric, not one.is_total, one.dimension, one.member, one.period),
    )


def hidden(comparison: Comparison) -> list[str]:
    """Return metrics that moved, and no row of the tables shows it."""
    seen = {movement.metric for movement in shown(comparison)}
    return sorted({one.metric for one in comparison.facts.movements} - seen)


def number(value: Decimal | None, unit: str) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "none"
    if unit == "share":
        return f"{100 * value:,.2f} %"
    if unit == "currency":
        return f"{value:,.2f}"
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text if unit != "count" or "." in text else f"{value:,.0f}"


def difference(movement: Movement) -> str:
    """Return the difference with its sign."""
    value = movement.difference
    if value is None:
        return ""
    if movement.unit == "share":
        return f"{100 * value:+,.2f} points"
    return ("+" if value > 0 else "") + number(value, movement.unit)


def percent(movement: Movement) -> str:
    """Return the difference in per cent."""
    value = movement.percent
    return "" if value is None or movement.unit == "share" else f"{value:+,.1f} %"


def period(movement: Movement) -> str:
    """Return a period as people call it."""
    day, grain = movement.period, movement.grain
    if grain == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if grain == "year":
        return str(day.year)
    return f"{day:%Y-%m}" if grain == "month" else f"{grain} from {day}"


def behind(comparison: Comparison, movement: Movement) -> tuple[str, str]:
    """Return how many deals, leads or touches are behind a value, and the largest of them."""
    found = comparison.behind.get(movement.place)
    if found is not None:
        return counted(found), largest(found, movement.unit)
    above = comparison.upstream.get(movement.metric)
    return (f"{counted(above)} in all", largest(above, movement.unit)) if above else ("", "")


def largest(found: Behind, unit: str) -> str:
    """Return the ids with what each adds."""
    own = unit if unit in ("currency", "days") else "count"
    return ", ".join(
        name if value is None else f"{name} ({'+' * (value > 0)}{number(value, own)})"
        for name, value in found.largest
    )


def counted(found: Behind) -> str:
    """Return 12 deals, 40 touches."""
    return ", ".join(
        f"{count:,} {name if count != 1 else singular(name)}"
        for name, count in found.counts.items()
    )


def singular(name: str) -> str:
    """Return the name of one."""
    return {"people": "person", "touches": "touch"}.get(name, name.removesuffix("s"))


def reach(change: Change, moved: set[str]) -> str:
    """Return the metrics a change can reach, those that moved first."""
    if not change.reaches:
        return "no metric"
    moving = sorted(change.reaches & moved)
    told = f"{len(change.reaches)} metric{'s' * (len(change.reaches) != 1)}"
    if not moving:
        return f"{told}, none moved: {', '.join(sorted(change.reaches)[:4])}" + (
            ", ..." if len(change.reaches) > 4 else ""
        )
    return f"{told}, {len(moving)} moved: {', '.join(moving[:6])}{', ...' * (len(moving) > 6)}"


def versions(change: Change) -> str:
    """Return the version before and after."""
    before, after = change.versions
    if not change.is_definition:
        return ""
    if before is None or after is None:
        return f"v{after if before is None else before}"
    return f"v{before}" if before == after else f"v{before} -> v{after}"


def agreement(change: Change) -> str:
    """Return what the list of changes says of it."""
    applies = f"applies from {change.applies_from}"
    return "; ".join(
        f"{one.agreed_by}: {one.reason} ({'restates' if one.restates else applies})"
        for one in change.agreements
    )


# ---------------------------------------------------------------- terminal


def as_text(comparison: Comparison, *, colour: bool = False) -> str:
    """Return the report of a terminal."""

    def paint(code: str, text: str) -> str:
        return f"{code}{text}{PLAIN}" if colour else text

    facts = comparison.facts
    moved = {movement.metric for movement in facts.movements}
    mark = paint(GREEN if comparison.passes else RED, verdict(comparison))
    lines = [f"{mark}  {headline(comparison)}", paint(DIM, f"      {about(comparison)}")]
    for finding in comparison.findings:
        label = paint(RED, "fail") if finding.fails else paint(YELLOW, "note")
        lines.append(f"{label}  {paint(BOLD, finding.about)} {finding.told}")
        if finding.mend:
            lines.append(f"      -> {finding.mend}")
    if facts.changes:
        lines += ["", paint(BOLD, "What was changed")]
    for change in facts.changes:
        told = " ".join(
            word for word in (change.kind, change.name, change.action, versions(change)) if word
        )
        lines.append(f"  {told}")
        for line in change.lines[: comparison.settings.rows]:
            old = f"{paint(RED, shortened(line.old, 90) or NOTHING)} -> "
            new = paint(GREEN, shortened(line.new, 90) or NOTHING)
            has_two = change.is_definition or line.old
            lines.append(f"    {shortened(line.what, 60)}: {old if has_two else ''}{new}")
        if change.note:
            lines.append(f"    {change.note}")
        if change.agreements:
            lines.append(f"    agreed: {agreement(change)}")
        if change.action != "agreed":
            lines.append(f"    reaches {reach(change, moved)}")
    if facts.tables or facts.rows:
        lines += ["", paint(BOLD, "Public tables")]
        lines += [f"  {_table_line(change)}" for change in facts.tables]
        lines += [
            f"  {one.table}: {one.only_before:,} rows gone, {one.only_after:,} rows new"
            for one in facts.rows
        ]
    movements = shown(comparison)
    if movements:
        lines += ["", paint(BOLD, f"What moved, by {comparison.settings.grain}")]
        lines += _text_table(comparison, movements)
    if unseen := hidden(comparison):
        lines.append(f"  moved in other cuts or periods alone: {', '.join(unseen)}")
    return "\n".join(lines)


def _table_line(change: Any) -> str:
    what = (
        f"{change.old} -> {change.new}" if change.old and change.new else change.old or change.new
    )
    word = "BREAKING" if change.is_breaking else "new"
    renamed = f", now {change.renamed_to}?" if change.renamed_to else ""
    read = f", read by {', '.join(sorted(change.reaches))}" if change.reaches else ""
    return f"{word} {change.name} ({what}{' is gone' if not change.new else ''}{renamed}){read}"


def _text_table(comparison: Comparison, movements: Sequence[Movement]) -> list[str]:
    rows = [("metric", "period", "of", "before", "after", "difference", "%", "moved", "largest")]
    most = 2 * comparison.settings.rows
    for one in movements[:most]:
        counts, named = behind(comparison, one)
        rows.append(
            (
                one.metric,
                period(one),
                "" if one.is_total else one.member,
                number(one.before, one.unit),
                number(one.after, one.unit),
                difference(one),
                percent(one),
                counts,
                named,
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(8)]
    lines = []
    for row in rows:
        cells = [
            f"{cell:>{width}}" if 3 <= place <= 6 else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append(f"  {'  '.join(cells)}  {row[8]}".rstrip())
    if len(movements) > most:
        lines.append(f"  ... and {len(movements) - most} more: --format json has all of them")
    return lines


# ---------------------------------------------------------------- pull request


def as_markdown(comparison: Comparison) -> str:
    """Return a comment for a pull request: the verdict first, tables folded."""
    facts = comparison.facts
    failing = [finding for finding in comparison.findings if finding.fails]
    notes = [finding for finding in comparison.findings if not finding.fails]
    lines = [MARK, f"## Touchstone: {verdict(comparison)}", "", f"**{headline(comparison)}**", ""]
    lines += [f"<sub>{_escape(about(comparison))}</sub>", ""]
    if failing:
        lines += ["### To mend", ""]
        lines += [_finding(finding) for finding in failing[: comparison.settings.rows]]
        if len(failing) > comparison.settings.rows:
            lines.append(f"- ... and {len(failing) - comparison.settings.rows} more")
        lines.append("")
    lines += [*_in_short(comparison), *_summary(comparison)]
    sections = [
        _folded(f"To know ({len(notes)})", [_finding(finding) for finding in notes]),
        _folded(f"What was changed ({len(facts.changes)})", _changes(comparison)),
        _folded(f"Public tables ({len(facts.tables) + len(facts.rows)})", _tables(comparison)),
        _folded(
            f"What moved: metric by {comparison.settings.grain} ({len(shown(comparison))})",
            _movements(comparison),
        ),
    ]
    for section in sections:
        if sum(map(len, lines)) + sum(map(len, section)) > MOST_CHARACTERS:
            lines += ["", "_More than a comment can hold: touchstone diff prints all of it._"]
            break
        lines += section
    return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> str:
    mend = f"<br>→ {_escape(finding.mend)}" if finding.mend else ""
    return f"- **{finding.rule}**: `{finding.about}` {_escape(finding.told)}{mend}"


def _in_short(comparison: Comparison) -> list[str]:
    """Return the changes, a line each."""
    changes = [change for change in comparison.facts.changes if change.action != "agreed"]
    lines = []
    for change in changes[:SHORT]:
        told = f"- {change.kind} `{change.name}` {change.action}"
        if change.is_definition and change.action == "changed" and change.lines:
            first = change.lines[0]
            old, new = (_escape(shortened(text, 60)) or NOTHING for text in (first.old, first.new))
            told += f" ({versions(change)}): {_escape(shortened(first.what, 60))}: {old} → {new}"
            told += f" and {len(change.lines) - 1} more" if len(change.lines) > 1 else ""
        lines.append(told)
    if len(changes) > SHORT:
        lines.append(f"- ... and {len(changes) - SHORT} more")
    return ["### In short", "", *lines, ""] if lines else []


def _summary(comparison: Comparison) -> list[str]:
    """Return the metrics that moved, one row each: over all periods, and where most."""
    totals: dict[str, list[Movement]] = {}
    for movement in comparison.facts.movements:
        if movement.is_total and movement.grain == comparison.settings.grain:
            totals.setdefault(movement.metric, []).append(movement)
    if not totals:
        return []
    lines = [
        f"| metric | {comparison.settings.grain}s moved | most in | before | after | difference "
        "| moved |",
        "|---|---:|---|---:|---:|---:|---|",
    ]
    ranked = sorted(totals.items(), key=lambda item: (-_size(item[1]), item[0]))
    for metric, moved in ranked[: comparison.settings.rows]:
        most = max(
            moved, key=lambda one: (abs(one.percent or 0), abs(one.difference or 0), one.period)
        )
        lines.append(
            _row(
                f"{comparison.labels.get(metric, metric)}<br>`{metric}`",
                str(len(moved)),
                period(most),
                number(most.before, most.unit),
                number(most.after, most.unit),
                f"{difference(most)} {f'({percent(most)})' if percent(most) else ''}".strip(),
                behind(comparison, most)[0],
            )
        )
    if len(ranked) > comparison.settings.rows:
        lines += ["", f"... and {len(ranked) - comparison.settings.rows} metrics more"]
    return [*lines, ""]


def _size(moved: Sequence[Movement]) -> float:
    return max(abs(one.percent or 0) for one in moved)


def _changes(comparison: Comparison) -> list[str]:
    moved = {movement.metric for movement in comparison.facts.movements}
    lines: list[str] = []
    definitions = [change for change in comparison.facts.changes if change.is_definition]
    if definitions:
        lines += [
            "| definition | version | what | old | new | reaches | agreed |",
            "|---|---|---|---|---|---|---|",
        ]
    for change in definitions:
        for turn, line in enumerate(change.lines[: comparison.settings.rows]):
            lines.append(
                _row(
                    f"`{change.name}` {change.action}" if turn == 0 else "",
                    versions(change) if turn == 0 else "",
                    shortened(line.what, 80),
                    shortened(line.old),
                    shortened(line.new),
                    reach(change, moved) if turn == 0 and change.action != "agreed" else "",
                    agreement(change) if turn == 0 else "",
                )
            )
        if len(change.lines) > comparison.settings.rows:
            more = len(change.lines) - comparison.settings.rows
            lines.append(_row("", "", f"... and {more} more", "", "", "", ""))
    others = [change for change in comparison.facts.changes if not change.is_definition]
    for change in others:
        lines += [
            "",
            f"**{change.kind}** `{change.name}` {change.action}: reaches {reach(change, moved)}",
        ]
        if change.note:
            lines.append(f"<br>{_escape(change.note)}")
        for line in change.lines[: comparison.settings.rows]:
            old = f"{_escape(shortened(line.old))} → " if line.old else ""
            lines.append(f"- {_escape(line.what)}: {old}{_escape(shortened(line.new)) or 'gone'}")
        if change.patch:
            lines += ["", "```diff", change.patch.replace("```", "` ` `"), "```"]
    return lines


def _tables(comparison: Comparison) -> list[str]:
    facts = comparison.facts
    lines = [f"- {_escape(_table_line(change))}" for change in facts.tables]
    if facts.rows:
        lines += ["", "| table | rows gone or other | new or other |", "|---|---:|---:|"]
        lines += [
            _row(f"`{change.table}`", f"{change.only_before:,}", f"{change.only_after:,}")
            for change in facts.rows
        ]
    return lines


def _movements(comparison: Comparison) -> list[str]:
    movements = shown(comparison)
    if not movements:
        return []
    lines = [
        "| metric | period | of | before | after | difference | % | moved | largest |",
        "|---|---|---|---:|---:|---:|---:|---|---|",
    ]
    most = 10 * comparison.settings.rows
    for one in movements[:most]:
        counts, named = behind(comparison, one)
        lines.append(
            _row(
                f"`{one.metric}`",
                period(one),
                "" if one.is_total else f"{one.dimension}: {one.member}",
                number(one.before, one.unit),
                number(one.after, one.unit),
                difference(one),
                percent(one),
                counts,
                named,
            )
        )
    if len(movements) > most:
        lines += ["", f"... and {len(movements) - most} more; the JSON report has all of them"]
    if unseen := hidden(comparison):
        lines += ["", f"Moved in other cuts or periods alone: {', '.join(unseen)}"]
    return lines


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


# ---------------------------------------------------------------- machine


def as_json(comparison: Comparison) -> str:
    """Return everything for a machine; the keys are a promise."""
    facts = comparison.facts
    return json.dumps(
        {
            "verdict": verdict(comparison).lower(),
            "headline": headline(comparison),
            "base": {"name": comparison.revision.name, "commit": comparison.revision.commit},
            "data": comparison.data,
            "findings": [
                {
                    "rule": finding.rule.name.lower(),
                    "fails": finding.fails,
                    "about": finding.about,
                    "told": finding.told,
                    "mend": finding.mend,
                }
                for finding in comparison.findings
            ],
            "changes": [_change(change) for change in facts.changes],
            "tables": [
                {
                    "table": change.table,
                    "column": change.column,
                    "before": change.old,
                    "after": change.new,
                    "renamed_to": change.renamed_to,
                    "breaking": change.is_breaking,
                    "metrics": sorted(change.reaches),
                }
                for change in facts.tables
            ],
            "rows": [
                {"table": one.table, "only_before": one.only_before, "only_after": one.only_after}
                for one in facts.rows
            ],
            "movements": [_movement(comparison, movement) for movement in facts.movements],
            "changelog": list(facts.entries),
        },
        indent=1,
        default=str,
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "name": change.name,
        "action": change.action,
        "version_before": change.versions[0],
        "version_after": change.versions[1],
        "applies_from": change.applies_from,
        "lines": [{"what": line.what, "old": line.old, "new": line.new} for line in change.lines],
        "columns": sorted(f"{table}.{column or '*'}" for table, column in change.nodes),
        "metrics": sorted(change.reaches),
        "tables": sorted(change.tables),
        "agreed": [
            {
                "version": one.version,
                "agreed_by": one.agreed_by,
                "reason": one.reason,
                "restates": one.restates,
                "retires": one.retires,
            }
            for one in change.agreements
        ],
        "note": change.note,
    }


def _movement(comparison: Comparison, movement: Movement) -> dict[str, Any]:
    found: dict[str, Any] = {
        "metric": movement.metric,
        "unit": movement.unit,
        "grain": movement.grain,
        "period": movement.period,
        "dimension": movement.dimension,
        "member": movement.member,
        "before": movement.before,
        "after": movement.after,
        "difference": movement.difference,
        "percent": movement.percent,
    }
    behind_it = comparison.behind.get(movement.place)
    if behind_it and movement.grain == comparison.settings.grain:
        found["moved"] = dict(behind_it.counts)
        found["largest"] = [{"id": name, "difference": value} for name, value in behind_it.largest]
    return found


def written(comparison: Comparison, kind: str, *, colour: bool = False) -> str:
    """Return a report of a kind: text, markdown or json."""
    if kind == "text":
        return as_text(comparison, colour=colour)
    return {"markdown": as_markdown, "json": as_json}[kind](comparison)


def moved_metrics(movements: Iterable[Movement]) -> set[str]:
    """Return the names of the metrics that moved."""
    return {movement.metric for movement in movements}
