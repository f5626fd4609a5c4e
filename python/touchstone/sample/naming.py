"""Names of companies and addresses of people: all on reserved domains, none a person's name."""

from typing import Any

import numpy as np

from touchstone.sample.columns import join, join_present, numbered, replace, text
from touchstone.sample.dice import Ints
from touchstone.sample.parameters import Settings
from touchstone.sample.population import DISPOSABLE, FREE, ROLE, SUBDOMAIN, Companies, People

FIRST_WORDS = [
    "Amber",
    "Arctic",
    "Aspen",
    "Autumn",
    "Basalt",
    "Beacon",
    "Birch",
    "Bluestone",
    "Boreal",
    "Brook",
    "Canyon",
    "Cedar",
    "Cinder",
    "Cobalt",
    "Copper",
    "Coral",
    "Crescent",
    "Delta",
    "Drift",
    "Ember",
    "Falcon",
    "Fern",
    "Flint",
    "Garnet",
    "Glacier",
    "Granite",
    "Harbor",
    "Hazel",
    "Heron",
    "Indigo",
    "Iron",
    "Ivory",
    "Juniper",
    "Lantern",
    "Larch",
    "Maple",
    "Marble",
    "Meadow",
    "Mistral",
    "Nimbus",
    "Opal",
    "Orchard",
    "Pebble",
    "Quartz",
    "Raven",
    "Saffron",
    "Sierra",
    "Tundra",
]
SECOND_WORDS = [
    "Analytics",
    "Apparel",
    "Bank",
    "Capital",
    "Care",
    "Chemicals",
    "Cloud",
    "Components",
    "Cycles",
    "Data",
    "Dynamics",
    "Electric",
    "Energy",
    "Foods",
    "Forge",
    "Freight",
    "Glass",
    "Health",
    "Instruments",
    "Labs",
    "Logistics",
    "Materials",
    "Media",
    "Motors",
    "Networks",
    "Optics",
    "Outfitters",
    "Paper",
    "Pharma",
    "Robotics",
    "Shipping",
    "Software",
    "Steel",
    "Studios",
    "Systems",
    "Tools",
]
NAME_COUNT = len(FIRST_WORDS) * len(SECOND_WORDS)
NAME_STEP = 611  # shuffles the names; has no common factor with NAME_COUNT


def _name_codes(number: Ints) -> tuple[Ints, Ints, Ints]:
    mixed = number % NAME_COUNT * NAME_STEP % NAME_COUNT
    return mixed // len(SECOND_WORDS), mixed % len(SECOND_WORDS), number // NAME_COUNT


def company_names(number: Ints) -> Any:
    """Return names such as Amber Forge; the second company of a name gets a number."""
    first, second, turn = _name_codes(number)
    suffix = numbered(" ", np.where(turn > 0, turn + 1, -1))
    return join_present(text(FIRST_WORDS, first), " ", text(SECOND_WORDS, second), suffix)


def company_domains(number: Ints) -> Any:
    """Return domains such as amberforge.example."""
    first, second, turn = _name_codes(number)
    return join_present(
        text([word.lower() for word in FIRST_WORDS], first),
        text([word.lower() for word in SECOND_WORDS], second),
        numbered("", np.where(turn > 0, turn + 1, -1)),
        ".example",
    )


def has_alias(number: Ints) -> Any:
    """Return which companies have a second mail domain (their old name)."""
    return number % 25 == 7


def alias_domains(number: Ints) -> Any:
    """Return second domains such as amberforge-group.example."""
    first, second, turn = _name_codes(number)
    return join_present(
        text([word.lower() for word in FIRST_WORDS], first),
        text([word.lower() for word in SECOND_WORDS], second),
        numbered("", np.where(turn > 0, turn + 1, -1)),
        "-group.example",
    )


def emails(settings: Settings, companies: Companies, people: People, person: Ints) -> Any:
    """Return the address of each person."""
    company = companies.number[people.company[person]]
    number, mailbox = people.number[person], people.mailbox[person]
    domain = company_domains(company)
    domain = replace(
        domain, mailbox == SUBDOMAIN, join("mail.", domain.filter(mailbox == SUBDOMAIN))
    )
    aliased = has_alias(company) & (number % 3 == 0) & (mailbox == 0)
    domain = replace(domain, aliased, alias_domains(company[aliased]))
    free = mailbox == FREE
    domain = replace(
        domain, free, text(settings.world["company"]["free_mail_domains"], number[free] % 2)
    )
    domain = replace(domain, mailbox == DISPOSABLE, settings.world["company"]["disposable_domain"])
    local = numbered("p", number)
    local = replace(local, mailbox == ROLE, "info")
    return join(local, "@", domain)


def legal_suffixes(settings: Settings, country: Ints) -> Any:
    """Return Inc, GmbH and so on."""
    return text([row["suffix"] for row in settings.world["countries"]], country)
