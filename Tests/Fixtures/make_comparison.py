"""Writes comparison.json: paired differences and what SciPy and NumPy say of them.

Limits, probabilities and powers come from SciPy's t and noncentral t distributions. The bootstrap's resamples are drawn
by the same SplitMix64 as in the package, so that its percentiles agree to rounding; that they are those of a paired
bootstrap is checked against scipy.stats.bootstrap, which draws its own.
"""

import json
import math
from pathlib import Path

import numpy as np
from scipy import optimize, stats

HERE = Path(__file__).parent
LEVEL, POWER, RESAMPLES = 0.05, 0.8, 10_000
MASK = (1 << 64) - 1


def indices(count: int) -> np.ndarray:
    state, drawn = 0, []
    for _ in range(RESAMPLES * count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        bits = state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        drawn.append(((bits ^ (bits >> 31)) * count) >> 64)
    return np.array(drawn).reshape(RESAMPLES, count)


def power(shift: float, count: int, level: float) -> float:
    critical = stats.t.ppf(1 - level / 2, count - 1)
    other = stats.nct.cdf(-critical, count - 1, shift)  # NaN in SciPy where it vanishes.
    return stats.nct.sf(critical, count - 1, shift) + np.nan_to_num(other)


def case(values: np.ndarray) -> dict:
    count = len(values)
    test = stats.ttest_1samp(values, 0)
    student = test.confidence_interval(1 - LEVEL)
    critical = stats.t.ppf(1 - LEVEL / 2, count - 1)
    tail = stats.norm.sf(math.sqrt(count / (count - 1)) * critical)
    means = values[indices(count)].mean(axis=1)
    bootstrap = np.quantile(means, [tail, 1 - tail])
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=100_000, batch=10_000, confidence_level=1 - 2 * tail, method="percentile", rng=1
    ).confidence_interval
    if count >= 6:
        assert np.allclose(bootstrap, theirs, atol=0.12 * values.std(ddof=1)), (count, bootstrap, theirs)
    def detectable(tests: int, limit: float) -> float:
        found = optimize.brentq(lambda shift: power(shift, count, LEVEL / tests) - POWER, 0.1, limit, xtol=1e-12)
        return found / math.sqrt(count) * values.std(ddof=1)

    return {
        "differences": values.tolist(),
        "spread": values.std(ddof=1),
        "student": list(student),
        "probability": test.pvalue,
        "bootstrap": bootstrap.tolist(),
        "detectable": detectable(1, 17 if count == 2 else 7),
        # With 2 seeds SciPy's noncentral t distribution is not exact enough at such a level.
        "detectableOf10": detectable(10, 40 if count == 3 else 15) if count > 2 else None,
    }


def main() -> None:
    random = np.random.default_rng(0)
    cases = [
        case(np.round(random.normal(mean, 1, count), 6))
        for count, mean in [(2, 0.5), (2, 40), (3, 1), (4, 0), (5, 2), (6, 0.8), (8, 0.3), (12, -1), (30, 0.5)]
    ]
    (HERE / "comparison.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")


main()
