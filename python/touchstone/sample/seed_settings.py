"""The dbt settings of the sample's seeds: all columns text, so that bad values reach quarantine."""

from touchstone.sample.contracts import Contract

HEAD = """\
# Written by `touchstone sample` from the source contracts. Every column is text: a value that is no
# number or date must load, so that raw() can put its row in quarantine.
version: 2

seeds:
"""


def seed_settings(contracts: dict[tuple[str, str], Contract]) -> dict[str, str]:
    """Return per system the content of its _<system>_seeds.yml."""
    parts: dict[str, list[str]] = {}
    for contract in contracts.values():
        lines = [
            f"  - name: {contract.name}",
            f"    description: The {contract.system} table {contract.table} of the sample company.",
            "    config:",
            "      column_types:",
            *[f"        {column}: string" for column in contract.types],
        ]
        parts.setdefault(contract.system, []).append("\n".join(lines))
    return {system: HEAD + "\n\n".join(listed) + "\n" for system, listed in parts.items()}
