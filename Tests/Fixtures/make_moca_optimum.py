"""Writes moca_optimum.json: contrastive loss and uniformity at an exactly uniform latent law.

On the unit sphere of R^d, with one coordinate u of a uniform point,

    M(k) = E exp(k u) = Gamma(d/2) (2/k)^(d/2-1) I_(d/2-1)(k)
    L*   = log(1 + K M(1/tau) exp(-1/tau))          positive logit 1/tau, K uniform negatives
    p    = 1 - exp(-L*)                             softmax mass on the negatives
    U*   = -4 + log M(4)                            log E exp(-2 |x-y|^2), Wang & Isola 2020

M is the normalising integral of the von Mises-Fisher law; the script checks it by quadrature.
"""

import json
from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.special import gammaln, ive

CASES = [
    (16, 0.05, 65536), (16, 0.1, 4096), (32, 0.07, 65536), (64, 0.1, 65536),
    (128, 0.1, 65536), (128, 0.2, 4096), (3, 0.5, 1024), (8, 0.2, 1024), (2, 0.5, 1024),
]
UNIFORMITY_DIMENSIONS = [3, 8, 16, 32, 64, 128, 256]


def log_moment(dimension: int, concentration: float) -> float:
    """log M, through the exponentially scaled Bessel function."""
    order = dimension / 2 - 1
    bessel = np.log(ive(order, concentration)) + concentration
    return float(gammaln(dimension / 2) + order * np.log(2 / concentration) + bessel)


def integrated_log_moment(dimension: int, concentration: float) -> float:
    """log M by quadrature over the angle t, u = cos t, whose density is sin(t)^(d-2)."""
    def density(angle: float) -> float:
        return np.sin(angle) ** (dimension - 2)

    def tilted(angle: float) -> float:
        return density(angle) * np.exp(concentration * (np.cos(angle) - 1))

    options = {"epsabs": 0, "epsrel": 1e-11, "limit": 200}
    numerator = quad(tilted, 0, np.pi, **options)[0]
    return float(np.log(numerator / quad(density, 0, np.pi, **options)[0]) + concentration)


def contrastive_case(dimension: int, temperature: float, capacity: int) -> dict:
    """One row of the contrastive table."""
    moment = log_moment(dimension, 1 / temperature)
    np.testing.assert_allclose(
        moment, integrated_log_moment(dimension, 1 / temperature), rtol=1e-9
    )
    negatives = np.exp(np.log(capacity) + moment - 1 / temperature)
    loss = float(np.log1p(negatives))
    return {
        "dimension": dimension, "temperature": temperature, "queue_capacity": capacity,
        "log_moment": moment, "loss": loss, "negative_mass": float(-np.expm1(-loss)),
    }


def uniformity_case(dimension: int) -> dict:
    """One row of the uniformity table."""
    moment = log_moment(dimension, 4)
    np.testing.assert_allclose(moment, integrated_log_moment(dimension, 4), rtol=1e-9)
    return {"dimension": dimension, "log_moment": moment, "loss": moment - 4}


def main() -> None:
    np.testing.assert_allclose(log_moment(3, 4), np.log(np.sinh(4) / 4), rtol=1e-12)
    tables = {
        "contrastive": [contrastive_case(*case) for case in CASES],
        "uniformity": [uniformity_case(dimension) for dimension in UNIFORMITY_DIMENSIONS],
    }
    path = Path(__file__).with_name("moca_optimum.json")
    path.write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
