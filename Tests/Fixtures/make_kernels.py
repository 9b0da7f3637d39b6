"""Writes kernels.safetensors and kernels.json: the maximum mean discrepancy under every kernel.

Kernels are scikit-learn's (rbf_kernel; Matern with nu = 1/2, which is exp(-|x-y|/h); the rational
quadratic with alpha = 1, which is an inverse multiquadric; its distances for the energy kernel).
Gradients are central differences of those in float64. Expectations under the prior are integrals of
the definition by SciPy's quadrature, never a closed form. Points are rounded to float32 first.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.integrate import quad
from scipy.stats import beta, norm
from sklearn.gaussian_process.kernels import Matern, RationalQuadratic
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel

HERE = Path(__file__).parent
BATCH, POPULATION, DIMENSION = 16, 24, 6
SCALES = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
KERNEL_SCALE = {"sphere": 2.0, "normal": 2.0 * DIMENSION}
WIDTH = 0.7


def make_points(generator: np.random.Generator) -> dict[str, np.ndarray]:
    shift, spread = np.linspace(-0.8, 1.0, DIMENSION), np.linspace(0.4, 1.5, DIMENSION)
    raw = {
        "codes": generator.normal(size=(BATCH, DIMENSION)) * spread + shift,
        "population": generator.normal(size=(POPULATION, DIMENSION)) * 0.8 + 0.2,
        "draws": generator.normal(size=(BATCH + POPULATION, DIMENSION)),
    }
    points = {}
    for name, rows in raw.items():
        points[f"{name}.normal"] = rows
        points[f"{name}.sphere"] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return {name: rows.astype(np.float32) for name, rows in points.items()}


def kernel_function(name: str, prior: str, width: float | None):
    """k of two matrices of points: [n, d], [m, d] -> [n, m]."""
    if name == "imq":
        lengths = [np.sqrt(scale * KERNEL_SCALE[prior] / 2) for scale in SCALES]
        terms = [RationalQuadratic(length_scale=length, alpha=1) for length in lengths]
        return lambda x, y: sum(term(x, y) for term in terms)
    if name == "energy":
        return lambda x, y: -euclidean_distances(x, y)
    if name == "rbf":
        return lambda x, y: rbf_kernel(x, y, gamma=1 / (2 * width**2))
    return Matern(length_scale=width, nu=0.5)


def mean_pairs(matrix: np.ndarray, estimator: str, is_own: bool) -> float:
    """The mean over pairs; own pairs stand on the diagonal."""
    if not is_own or estimator == "biased":
        return matrix.mean()
    rows, columns = matrix.shape
    return matrix[~np.eye(rows, columns, dtype=bool)].mean()


def median_width(codes: np.ndarray, draws: np.ndarray) -> float:
    """The lower median distance of codes to as many draws."""
    distances = np.sort(euclidean_distances(codes, draws[:BATCH]).ravel())
    return distances[(len(distances) - 1) // 2]


def differences(function, codes: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Central differences."""
    gradient = np.zeros_like(codes)
    for index in np.ndindex(codes.shape):
        up, down = codes.copy(), codes.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (function(up) - function(down)) / (2 * step)
    return gradient


def sphere_expectation(profile) -> float:
    """E profile(|x - y|) over uniform y, from the law of a coordinate; the same for every x."""
    shape = (DIMENSION - 1) / 2
    return quad(
        lambda u: profile(np.sqrt(2 - 2 * u)) * beta.pdf((u + 1) / 2, shape, shape) / 2,
        -1, 1, epsabs=1e-12, epsrel=1e-11)[0]


@cache
def normal_expectation(center: float, width: float, scale: float) -> float:
    """E exp(-(center - scale p)^2 / 2 width^2) for one normal coordinate p."""
    return quad(
        lambda p: np.exp(-((center - scale * p) ** 2) / (2 * width**2)) * norm.pdf(p),
        -12, 12, epsabs=1e-13, epsrel=1e-12, points=[0])[0]


def analytic(prior: str, name: str, width: float, kernel):
    """The codes' cross term and the prior's own, by integration."""
    if prior == "sphere":
        axis = np.eye(1, DIMENSION)
        constant = sphere_expectation(lambda r: kernel(axis * 0, axis * r)[0, 0])
        return lambda codes: constant, constant
    own = normal_expectation(0.0, width, np.sqrt(2)) ** DIMENSION
    cross = lambda codes: np.mean(
        [np.prod([normal_expectation(value, width, 1) for value in row]) for row in codes])
    return cross, own


def cases():
    for prior in ("sphere", "normal"):
        for name in ("imq", "rbf", "energy", "laplace"):
            for estimator in ("unbiased", "biased"):
                for sample in ("batch", "population"):
                    yield prior, name, estimator, sample, None
            if name in ("rbf", "laplace"):
                yield prior, name, "unbiased", "batch", WIDTH


def analytic_cases():
    for name in ("imq", "rbf", "energy", "laplace"):
        yield "sphere", name, "unbiased", "batch"
    yield "sphere", "rbf", "biased", "population"
    yield "normal", "rbf", "unbiased", "batch"
    yield "normal", "rbf", "biased", "population"


def main() -> None:
    points = make_points(np.random.default_rng(1206))
    values, gradients = {}, {}

    def store(label, within, rest, codes, others):
        values[label] = within(codes, others) + rest(codes)
        # Only the first of the two points is live, and counts twice.
        pulled = lambda z: 2 * within(z, others) + rest(z)
        gradients[f"gradients.{label}"] = differences(pulled, codes)

    for prior, name, estimator, sample, fixed in cases():
        codes, draws = (points[f"{kind}.{prior}"].astype(float) for kind in ("codes", "draws"))
        others = codes.copy()
        if sample == "population":
            others = np.concatenate([codes, points[f"population.{prior}"].astype(float)])
        draws = draws[: len(others)]
        kernel = kernel_function(name, prior, fixed or median_width(codes, draws))
        own = mean_pairs(kernel(draws[:BATCH], draws), estimator, True)
        within = lambda z, y: own_mean(kernel, z, y, estimator)
        rest = lambda z: own - 2 * kernel(z, draws).mean()
        label = f"{prior}.{name}.{estimator}.{sample}" + (".fixed" if fixed else "")
        store(label, within, rest, codes, others)

    for prior, name, estimator, sample in analytic_cases():
        codes = points[f"codes.{prior}"].astype(float)
        others = codes.copy()
        if sample == "population":
            others = np.concatenate([codes, points[f"population.{prior}"].astype(float)])
        width = np.sqrt(KERNEL_SCALE[prior])
        kernel = kernel_function(name, prior, width)
        cross, own = analytic(prior, name, width, kernel)
        within = lambda z, y: own_mean(kernel, z, y, estimator)
        store(
            f"{prior}.{name}.{estimator}.{sample}.analytic", within,
            lambda z: own - 2 * cross(z), codes, others)

    tensors = {name: rows.astype(np.float32) for name, rows in {**points, **gradients}.items()}
    save_file(tensors, HERE / "kernels.safetensors")
    summary = {"values": values, "width": WIDTH}
    (HERE / "kernels.json").write_text(json.dumps(summary, indent=1) + "\n")


def own_mean(kernel, codes: np.ndarray, others: np.ndarray, estimator: str) -> float:
    """The codes' own term: the stored points stay, and a pair of a point with itself has k(0)."""
    matrix = kernel(codes, others)
    rows = len(codes)
    matrix[np.arange(rows), np.arange(rows)] = kernel(codes[:1], codes[:1])[0, 0]
    return mean_pairs(matrix, estimator, True)


if __name__ == "__main__":
    main()
