"""Random numbers and functions that give the same bits on every machine.

Only the raw stream of PCG64 and the four IEEE operations are used: the `exp` and `log` of a C
library, and numpy's own vectorised ones, differ in the last bit between processors.
"""

from collections.abc import Sequence
from statistics import NormalDist
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LN2_HIGH = 0.6931471803691238
LN2_LOW = 1.9082149292705877e-10
EXP_TERMS = 13
# Quantiles of the standard normal at the middles of 4,096 slices, rounded so that libm cannot show.
NORMAL_SLICES = 4096
NORMAL_QUANTILES = np.array(
    [round(NormalDist().inv_cdf((i + 0.5) / NORMAL_SLICES), 9) for i in range(NORMAL_SLICES)]
)


class Dice:
    """A stream of random numbers, named so that components do not disturb each other."""

    def __init__(self, seed: int, *names: str | int) -> None:
        """Start the stream of that name."""
        key = tuple(crc32(str(name).encode()) for name in names)
        self._generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))
        )

    def uniform(self, *shape: int) -> Floats:
        """Return numbers in [0, 1)."""
        return self._generator.random(shape)

    def below(self, limits: Ints) -> Ints:
        """Return one whole number in [0, limit) for each limit."""
        return (self.uniform(len(limits)) * limits).astype(np.int64)

    def between(self, low: int, high: int, count: int) -> Ints:
        """Return whole numbers in [low, high]."""
        drawn: Ints = low + (self.uniform(count) * (high - low + 1)).astype(np.int64)
        return drawn

    def chance(self, probability: float | Floats, count: int) -> Bools:
        """Return true with the probability given."""
        happens: Bools = self.uniform(count) < probability
        return happens

    def pick(self, weights: Sequence[float] | Floats, count: int) -> Ints:
        """Return positions in `weights`, each in proportion to its weight."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        found = np.searchsorted(edges, self.uniform(count) * edges[-1], side="right")
        picked: Ints = np.minimum(found, len(edges) - 1).astype(np.int64)
        return picked

    def normal(self, *shape: int) -> Floats:
        """Return standard normal numbers (in 4,096 steps, the largest 3.67)."""
        return NORMAL_QUANTILES[(self.uniform(*shape) * NORMAL_SLICES).astype(np.int64)]

    def lognormal(self, median: float | Floats, sigma: float | Floats, count: int) -> Floats:
        """Return lognormal numbers with that median."""
        return median * exp(sigma * self.normal(count))

    def poisson(self, mean: float | Floats, count: int) -> Ints:
        """Return Poisson numbers (mean below about 20)."""
        means = np.broadcast_to(np.asarray(mean, dtype=np.float64), (count,))
        left = self.uniform(count)
        term = exp(-means)
        drawn = np.zeros(count, dtype=np.int64)
        for step in range(1, 60):
            left = left - term
            more = left >= 0
            if not more.any():
                break
            drawn += more
            term = term * means / step
        return drawn


def exp(values: Floats) -> Floats:
    """Return e to the power of the values, to about 15 digits, from IEEE operations alone."""
    clipped = np.clip(values, -60.0, 60.0)
    power = np.rint(clipped / (LN2_HIGH + LN2_LOW))
    rest = clipped - power * LN2_HIGH - power * LN2_LOW
    result = np.ones_like(rest)
    for term in range(EXP_TERMS, 0, -1):
        result = result * rest / term + 1.0
    return np.ldexp(result, power.astype(np.int32))


def logistic(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-value))."""
    return 1.0 / (1.0 + exp(-values))
