"""Writes mathematics.json: values of SciPy, NumPy and the published SplitMix64 and FNV-1a for the formulas on the host.

SplitMix64's numbers are computed from its definition (Steele, Lea and Flood, OOPSLA 2014), whose arithmetic Python's
integers do exactly; FNV-1a's are checked against vectors of the authors' test suite.
"""

import json
from pathlib import Path

import numpy as np
from scipy import special, stats

HERE = Path(__file__).parent
MASK = (1 << 64) - 1


def splitmix(state: int, count: int) -> list[int]:
    drawn = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        bits = state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        drawn.append(bits ^ (bits >> 31))
    return drawn


def fnv1a(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def main() -> None:
    assert [fnv1a(text) for text in ("", "a", "foobar")] == [
        0xCBF29CE484222325, 0xAF63DC4C8601EC8C, 0x85944171F73967E8]
    random = np.random.default_rng(12)
    samples = []
    for count in (1, 2, 3, 10, 51):
        values = np.round(random.normal(size=count), 4)
        samples.append({
            "values": values.tolist(), "mean": float(values.mean()), "median": float(np.median(values)),
            "deviation": float(values.std(ddof=1)) if count > 1 else 0,
            "quantiles": [[share, float(np.quantile(values, share))] for share in (0, 0.025, 0.3, 0.5, 0.95, 1)],
        })
    confluent = [
        [top, bottom, s, float(special.hyp1f1(top, bottom, -s))]
        for top, bottom in ((0.5, 1), (0.5, 1.5), (0.5, 4), (0.5, 9.5), (1.5, 2), (1.5, 5), (1.5, 10.5))
        for s in (0, 0.01, 1, 20, 59.9, 60.1, 99.9, 100.1, 4000)
    ]
    student = [
        {"degrees": degrees, "value": value, "twoSided": float(2 * stats.t.sf(value, degrees)),
         "level": level, "quantile": float(stats.t.isf(level / 2, degrees))}
        for degrees in (1, 2, 4, 9, 100) for value, level in ((0.01, 0.5), (1, 0.05), (3.5, 0.005), (40, 1e-6))
    ]
    normal = [[value, float(stats.norm.sf(value))] for value in (-8, -1, 0, 0.5, 1.96, 6, 30)]
    square = [
        [value, degrees, float(stats.chi2.sf(value, degrees))]
        for degrees in (1, 5, 64, 2079, 45760) for value in (0.5 * degrees, degrees, 1.05 * degrees)
    ]
    table = {
        "samples": samples, "confluent": confluent, "student": student, "normal": normal, "chiSquare": square,
        "splitmix": [{"state": str(state), "values": [str(value) for value in splitmix(state, 5)]}
                     for state in (0, 1234567, MASK)],
        "hash": [[text, str(fnv1a(text))] for text in ("", "a", "foobar", "sprite")],
    }
    (HERE / "mathematics.json").write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
