"""Intent data: what a provider sees of accounts that are in the market."""

import numpy as np

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.crm_people import Columns
from touchstone.sample.demand import Demand
from touchstone.sample.dice import Dice
from touchstone.sample.naming import company_domains
from touchstone.sample.parameters import Settings
from touchstone.sample.population import Companies

TOPICS = ("revenue attribution", "pipeline forecasting", "marketing analytics", "crm data quality")
STRENGTHS = ("low", "medium", "high")
STAGES = ("Target", "Awareness", "Consideration", "Decision", "Purchase")


def account_signals(
    settings: Settings, companies: Companies, demand: Demand, number_from: int, block: int
) -> Columns:
    """Return signals of weeks with high intent, and a few false ones."""
    dice = Dice(settings.seed, "signals", block)
    shape = demand.intent.shape
    chance = np.where(demand.intent > 1.4, 0.13, 0.0012)
    week, company = np.nonzero(dice.uniform(*shape) < chance)
    level = demand.intent[week, company]
    day = settings.start + week * 7 * DAY + dice.between(0, 6, len(week)) * DAY
    kept = day < settings.end
    company, level, day = company[kept], level[kept], day[kept]
    order = np.lexsort((company, day))
    company, level, day = company[order], level[order], day[order]
    count = len(company)
    by_domain = dice.chance(0.4, count) | (companies.in_crm_from_start[company] == 0)
    return {
        "id": col.numbered("sig", number_from + np.arange(count)),
        "account_id": col.sf_ids("account", np.where(by_domain, -1, companies.number[company])),
        "domain": company_domains(companies.number[company]),
        "signal_date": col.days(day),
        "topic": col.text(TOPICS, dice.below(np.full(count, len(TOPICS)))),
        "strength": col.text(STRENGTHS, np.clip(level.astype(np.int64), 0, 2)),
        "buying_stage": col.text(STAGES, np.clip((level * 1.4).astype(np.int64), 0, 4)),
    }
