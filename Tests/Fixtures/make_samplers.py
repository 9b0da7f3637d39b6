"""Writes samplers.safetensors and samplers.json: densities fitted to codes, by scikit-learn and SciPy.

Points are rounded to float32 first; everything else is computed from those values in float64.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammaln, ive
from scipy.stats import gaussian_kde, vonmises_fisher
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

HERE = Path(__file__).parent
GRID = [(2, 0.5), (2, 40.0), (3, 1.0), (3, 900.0), (8, 0.01), (8, 25.0), (64, 10.0), (64, 2000.0), (128, 150.0)]
SAMPLED = [(2, 3.0), (3, 0.0), (5, 20.0), (64, 100.0)]


def rounded(values: np.ndarray) -> np.ndarray:
    """The float64 values of the nearest float32."""
    return values.astype(np.float32).astype(np.float64)


def clusters(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Three clusters far apart, with correlated coordinates and different sizes."""
    parts = []
    for index, share in enumerate((0.5, 0.3, 0.2)):
        shape = random.normal(size=(size, size)) * 0.4 + np.eye(size) * 0.5
        center = 9.0 * np.eye(size)[index]
        parts.append(random.normal(size=(int(count * share), size)) @ shape.T + center)
    return rounded(np.concatenate(parts))


def mixture(random: np.random.Generator, tensors: dict) -> None:
    """Densities and responsibilities at given parameters, and fits of clusters."""
    count, size = 3, 4
    shapes = random.normal(size=(count, size, size)) * 0.6
    covariances = shapes @ shapes.transpose(0, 2, 1) + 0.3 * np.eye(size)
    law = GaussianMixture(count)
    law.weights_ = np.array([0.2, 0.5, 0.3])
    law.means_ = random.normal(size=(count, size))
    law.covariances_ = covariances
    law.precisions_cholesky_ = np.linalg.inv(np.linalg.cholesky(covariances)).transpose(0, 2, 1)
    points = rounded(random.normal(size=(40, size)) * 2)
    tensors |= {
        "mixture.points": points, "mixture.weights": law.weights_, "mixture.means": law.means_,
        "mixture.factors": np.linalg.cholesky(covariances), "mixture.logDensity": law.score_samples(points),
        "mixture.responsibilities": law.predict_proba(points),
    }
    data = clusters(random, 400, 3)
    tensors["clusters.points"] = data
    for ours, theirs in (("full", "full"), ("diagonal", "diag")):
        fit = GaussianMixture(3, covariance_type=theirs, tol=1e-12, max_iter=1000, n_init=3, random_state=0).fit(data)
        order = np.argsort(-fit.weights_)
        full = fit.covariances_ if theirs == "full" else np.stack([np.diag(row) for row in fit.covariances_])
        tensors |= {
            f"clusters.{ours}.weights": fit.weights_[order], f"clusters.{ours}.means": fit.means_[order],
            f"clusters.{ours}.covariances": full[order],
            f"clusters.{ours}.logLikelihood": np.array(fit.score(data)),
        }


def kernels(random: np.random.Generator, tensors: dict) -> None:
    """Log densities of kernel estimates: SciPy for the rules, scikit-learn for a number."""
    codes = rounded(random.normal(size=(50, 3)) @ random.normal(size=(3, 3)) + 1)
    points = rounded(random.normal(size=(20, 3)) * 2)
    tensors |= {"kernel.codes": codes, "kernel.points": points}
    for rule in ("scott", "silverman"):
        tensors[f"kernel.{rule}"] = gaussian_kde(codes.T, bw_method=rule).logpdf(points.T)
    tensors["kernel.fixed"] = KernelDensity(bandwidth=0.425).fit(codes).score_samples(points)


def log_moment(kappa: float, size: int) -> float:
    """log E exp(kappa u) on the sphere, through SciPy's Bessel function."""
    order = size / 2 - 1
    return gammaln(size / 2) + order * np.log(2 / kappa) + np.log(ive(order, kappa)) + kappa


def mean_cosine(kappa: float, size: int) -> float:
    """A ratio of SciPy's Bessel functions."""
    return ive(size / 2, kappa) / ive(size / 2 - 1, kappa)


def cosine_distribution(size: int, kappa: float) -> list[float]:
    """P(u <= t) of u = <mu, x>, by numeric integration over the angle, at t = -0.9, -0.8, ..., 0.9."""

    def density(angle: float) -> float:
        return np.exp(kappa * (np.cos(angle) - 1)) * np.sin(angle) ** (size - 2)

    edges = np.arccos(np.linspace(-0.9, 0.9, 19))
    peak = [brentq(lambda a: (size - 2) / np.tan(a) - kappa * np.sin(a), 1e-6, np.pi - 1e-6)] if size > 2 else []
    total = quad(density, 0, np.pi, points=peak, epsabs=0, epsrel=1e-10, limit=400)[0]
    tails = [quad(density, 0, edge, points=[p for p in peak if p < edge], epsabs=0, limit=400)[0] for edge in edges]
    return [1 - tail / total for tail in tails]


def directions(random: np.random.Generator, tensors: dict) -> dict:
    """The von Mises-Fisher law by SciPy: normaliser, mean cosine, densities, maximum likelihood, marginal."""
    size = 4
    axes = rounded(np.eye(size)[:2] * 0.8 + 0.3)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    kappas, weights = np.array([12.0, 3.0]), np.array([0.3, 0.7])
    points = vonmises_fisher(axes[0], 5.0).rvs(60, random_state=random)
    points = rounded(points)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    uniform = gammaln(size / 2) - np.log(2) - size / 2 * np.log(np.pi)
    joint = [np.log(w) + vonmises_fisher(a, k).logpdf(points) - uniform for w, a, k in zip(weights, axes, kappas)]
    axis, kappa = vonmises_fisher.fit(points)
    tensors |= {
        "directions.points": points, "directions.weights": weights, "directions.axes": axes,
        "directions.concentrations": kappas, "directions.logJoint": np.stack(joint, axis=1),
        "directions.fit.axis": axis, "directions.fit.concentration": np.array(kappa),
    }
    return {
        "concentrations": [
            {"dimension": d, "concentration": k, "log_moment": log_moment(k, d), "mean_cosine": mean_cosine(k, d)}
            for d, k in GRID
        ],
        "marginals": [
            {"dimension": d, "concentration": k, "distribution": cosine_distribution(d, k)} for d, k in SAMPLED
        ],
    }


def main() -> None:
    random = np.random.default_rng(20_260_101)
    tensors: dict[str, np.ndarray] = {}
    mixture(random, tensors)
    kernels(random, tensors)
    values = directions(random, tensors)
    save_file({name: np.ascontiguousarray(value, dtype=np.float64) for name, value in tensors.items()},
              HERE / "samplers.safetensors")
    (HERE / "samplers.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
