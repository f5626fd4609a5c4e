"""What companies change in their definitions and settings between two builds."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

Fields = dict[str, str]


@dataclass
class Definitions:
    """The seeds of definitions of one copy of the project, and the settings it is built with."""

    folder: Path
    settings: dict[str, object] = field(default_factory=dict)

    def edit(self, name: str, editing: Callable[[list[Fields]], None]) -> None:
        """Edit the rows of a seed."""
        path = self.folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, names = list(reader), list(reader.fieldnames or ())
        editing(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


Editing = Callable[[Definitions, Random], str]
DEFINITION_CHANGES: dict[str, Editing] = {}


def definition(function: Editing) -> Editing:
    DEFINITION_CHANGES[function.__name__] = function
    return function


def setting(definitions: Definitions, name: str, value: object) -> str:
    definitions.settings[name] = value
    return f"{name}: {value}"


@definition
def another_lookback(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "attribution_lookback_days", dice.choice([10, 60, 365]))


@definition
def another_population(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "attribution_population", dice.choice(["account", "contact_role"]))


@definition
def another_session_gap(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "session_gap_minutes", dice.choice([5, 30, 240]))


@definition
def another_time_zone(definitions: Definitions, dice: Random) -> str:
    return setting(
        definitions,
        "reporting_time_zone",
        dice.choice(["UTC", "Australia/Sydney", "America/Los_Angeles"]),
    )


@definition
def another_reporting_currency(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "reporting_currency", dice.choice(["USD", "EUR"]))


@definition
def mqls_expire_or_not(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "mqls_expire", dice.choice([True, False]))


@definition
def another_day_of_the_report(definitions: Definitions, dice: Random) -> str:
    return setting(definitions, "as_of", dice.choice(["2023-05-15", "2023-04-01", ""]))


@definition
def other_weights(definitions: Definitions, dice: Random) -> str:
    share = dice.choice(["0.2", "0.25", "0.3", "0.4"])

    def weigh(rows: list[Fields]) -> None:
        others = {"first_touch": share, "lead_creation": f"{0.6 - float(share):.4f}"}
        for row in rows:
            if row["attribution_model"] == "w_shaped" and row["milestone"] in others:
                row["weight"] = others[row["milestone"]]

    definitions.edit("attribution_weights", weigh)
    return f"w_shaped: first touch {share}"


@definition
def a_model_more(definitions: Definitions, dice: Random) -> str:
    name = f"ours_{dice.randint(1, 9)}"

    def list_model(rows: list[Fields]) -> None:
        if all(row["attribution_model"] != name for row in rows):
            rows.append(
                {
                    **rows[-1],
                    "attribution_model": name,
                    "half_life_days": "",
                    "agreed_for": "",
                    "label": name,
                }
            )

    def weigh_model(rows: list[Fields]) -> None:
        if all(row["attribution_model"] != name for row in rows):
            rows.append({"attribution_model": name, "milestone": "first_touch", "weight": "0.5"})
            rows.append({"attribution_model": name, "milestone": "between", "weight": "0.5"})

    definitions.edit("attribution_models", list_model)
    definitions.edit("attribution_weights", weigh_model)
    return name


@definition
def another_half_life(definitions: Definitions, dice: Random) -> str:
    days = str(dice.choice([3, 9, 40]))

    def halve(rows: list[Fields]) -> None:
        next(row for row in rows if row["half_life_days"])["half_life_days"] = days

    definitions.edit("attribution_models", halve)
    return f"{days} days"


@definition
def another_service_level(definitions: Definitions, dice: Random) -> str:
    days = str(dice.choice([2, 10, 60]))

    def limit(rows: list[Fields]) -> None:
        rows[0]["limit_days"] = days

    definitions.edit("service_levels", limit)
    return f"{days} days"


def drop_one(definitions: Definitions, dice: Random, name: str) -> str:
    dropped: list[Fields] = []

    def drop(rows: list[Fields]) -> None:
        dropped.append(rows.pop(dice.randrange(len(rows))))

    definitions.edit(name, drop)
    return f"{name} without {next(iter(dropped[0].values()))}"


@definition
def a_rule_less(definitions: Definitions, dice: Random) -> str:
    names = [
        "channel_rules",
        "activity_rules",
        "source_aliases",
        "lead_sources",
        "ignored_referrers",
        "click_ids",
    ]
    return drop_one(definitions, dice, dice.choice(names))


@definition
def a_status_less(definitions: Definitions, dice: Random) -> str:
    return drop_one(
        definitions,
        dice,
        dice.choice(["lead_statuses", "rejection_reasons", "account_domain_aliases"]),
    )


@definition
def a_mailbox_of_a_role_more(definitions: Definitions, dice: Random) -> str:
    name = f"p{dice.randint(1, 60)}"
    definitions.edit("role_mailboxes", lambda rows: rows.append({"mailbox_name": name}))
    return name


@definition
def a_domain_is_excluded(definitions: Definitions, dice: Random) -> str:
    domain = dice.choice(
        ["new1.example", "new2.example", "graniteoutfitters.example", "crescenttools.example"]
    )

    def exclude(rows: list[Fields]) -> None:
        if all(row["email_domain"] != domain for row in rows):
            rows.append({"email_domain": domain, "reason": "free mail"})

    definitions.edit("excluded_email_domains", exclude)
    return domain
