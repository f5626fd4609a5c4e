"""Return visits: the traffic of a company whose web site is read more than its campaigns reach.

They cause nothing: who comes back has been reached before. So more traffic changes neither deals
nor leads nor planted effects, only how many touches stand before each deal.
"""

import numpy as np

from touchstone.sample.columns import DAY
from touchstone.sample.dice import Dice, Ints, exp
from touchstone.sample.parameters import Settings
from touchstone.sample.population import Companies
from touchstone.sample.touches import Touches


def with_return_visits(
    settings: Settings, companies: Companies, visits: Touches, block: int
) -> Touches:
    """Return the visits and those that follow each of them, on later days, by the same person.

    Some companies read far more than others (lognormal), and who has filled in a form comes back
    more often than who has not.
    """
    if not settings.returns or not len(visits):
        return visits
    row = settings.world["traffic"]
    dice = Dice(settings.seed, "returns", block)
    spread = row["company_sigma"]
    eagerness = dice.lognormal(1.0, spread, len(companies)) * exp(np.array([-spread * spread / 2]))
    has_form = np.zeros(int(visits.person.max()) + 1, dtype=bool)
    has_form[visits.person[visits.is_form]] = True
    mean = settings.returns * np.where(has_form[visits.person], row["known_factor"], 1.0)
    mean = mean * eagerness[visits.company]
    count = (mean + dice.uniform(len(visits))).astype(np.int64)
    again = visits.take(np.repeat(np.arange(len(visits), dtype=np.int64), count))
    channels = list(row["channels"])
    numbers = np.array([settings.channel_number(name) for name in channels], dtype=np.int64)
    days = dice.lognormal(row["median_days"], row["days_sigma"], len(again))
    time: Ints = again.time // DAY * DAY + (1 + days.astype(np.int64)) * DAY
    time += dice.between(21_600, 79_199, len(again))
    nothing = np.zeros(len(again), dtype=bool)
    returned = Touches(
        person=again.person,
        company=again.company,
        channel=numbers[dice.pick(list(row["channels"].values()), len(again))],
        time=time,
        seen=time,
        pick=np.full(len(again), -1),
        is_form=nothing,
        is_response=nothing,
        is_sales=nothing,
    ).take(time < settings.end - DAY)
    return Touches(
        *[
            np.concatenate([getattr(visits, name), getattr(returned, name)])
            for name in Touches.__dataclass_fields__
        ]
    )
