"""Writes latent_scores.safetensors and latent_scores.json: measures of codes against a prior, and probes of codes.

Codes are rounded to float32 first; everything else is computed from those values in float64 by POT, SciPy and
scikit-learn, or by numerical integration of the definition.
"""

import json
import math
from pathlib import Path

import numpy as np
import ot
import torch
from safetensors.numpy import save_file
from scipy import integrate, special, stats
from scipy.spatial.distance import cdist, pdist
from sklearn.covariance import EmpiricalCovariance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
COUNT, SIZE, SCALE = 120, 5, 1.5
FACTORS = [0.1, 0.2, 0.5, 1, 2, 5, 10]
CLASSIFIER_SEED = 11


def rounded(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32).astype(np.float64)


def unit(array: np.ndarray) -> np.ndarray:
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def make_points(random: np.random.Generator) -> dict[str, np.ndarray]:
    stretched = random.normal(size=(COUNT, SIZE)) * np.linspace(0.6, 1.4, SIZE) + np.linspace(-0.3, 0.4, SIZE)
    points = {"codes.normal": stretched * SCALE, "codes.sphere": unit(stretched[::-1])}
    points["draws.sphere"] = unit(random.normal(size=(COUNT, SIZE)))
    points["directions"] = unit(random.normal(size=(16, SIZE)))
    return {name: rounded(array) for name, array in points.items()}


# Expectations over the priors by integration: u is a coordinate of a uniform point, |z - p|^2 a scaled non-central
# chi-square variable.


def sphere_mean(kernel) -> float:
    half = (SIZE - 1) / 2
    law = stats.beta(half, half, loc=-1, scale=2)
    return integrate.quad(lambda u: kernel(2 - 2 * u) * law.pdf(u), -1, 1, epsabs=0, epsrel=1e-11, limit=400)[0]


def normal_mean(kernel, square: float, variance: float) -> float:
    """E kernel(|z - p|^2), |z|^2 = square, p ~ N(0, variance I)."""
    law = stats.chi2(SIZE) if square == 0 else stats.ncx2(SIZE, square / variance)
    end = law.ppf(1 - 1e-15)
    value = lambda root: kernel(variance * root * root) * law.pdf(root * root) * 2 * root
    return integrate.quad(value, 0, math.sqrt(end), epsabs=0, epsrel=1e-10, limit=400)[0]


def discrepancy(codes: np.ndarray, prior: str, kernel, own_pair: float | None, scale: float) -> float:
    pairs, count = kernel(pdist(codes, "sqeuclidean")).sum() * 2, len(codes)
    within = pairs / (count * (count - 1)) if own_pair is None else (pairs + count * own_pair) / count**2
    if prior == "sphere":
        return within - sphere_mean(kernel)
    squares = np.square(codes).sum(1)
    cross = np.mean([normal_mean(kernel, square, scale**2) for square in squares])
    return within - 2 * cross + normal_mean(kernel, 0, 2 * scale**2)


def kernel_scores(codes: np.ndarray, prior: str) -> dict[str, float]:
    base = 2.0 if prior == "sphere" else 2 * SIZE * SCALE**2
    gamma = (4 / (3 * COUNT)) ** 0.4
    smooth = lambda square: special.hyp1f1(0.5, SIZE / 2, -square / (4 * gamma)) / (2 * math.sqrt(math.pi * gamma))
    blow = math.sqrt(SIZE) if prior == "sphere" else 1 / SCALE
    inner = smooth if prior == "normal" else lambda square: smooth(square * SIZE)
    return {
        "mmd": discrepancy(codes, prior, lambda r: sum(1 / (1 + r / (base * s)) for s in FACTORS), None, SCALE),
        "energy": discrepancy(codes, prior, lambda r: -np.sqrt(r / base), 0.0, SCALE),
        "cramerWold": discrepancy(codes * (blow if prior == "normal" else 1), prior, inner, smooth(0.0), 1.0),
    }


def coordinate_law(prior: str):
    half = (SIZE - 1) / 2
    return stats.beta(half, half, loc=-1, scale=2) if prior == "sphere" else stats.norm(scale=SCALE)


def sphere_scores(points: dict[str, np.ndarray]) -> dict[str, float]:
    codes = points["codes.sphere"]
    half = (SIZE - 1) / 2
    degrees = (SIZE - 1) * (SIZE + 2) / 2
    resultant = stats.directional_stats(codes, normalize=False).mean_resultant_length
    moment = codes.T @ codes / COUNT
    rayleigh = COUNT * SIZE * resultant**2
    bingham = COUNT * SIZE * (SIZE + 2) / 2 * (np.trace(moment @ moment) - 1 / SIZE)
    circle, log = ot.sliced.sliced_wasserstein_sphere_unif(codes, n_projections=16, seed=3, log=True)
    planes = np.asarray(log["projections"])  # [circles, size, 2]
    points["circles.first"], points["circles.second"] = planes[:, :, 0].copy(), planes[:, :, 1].copy()
    law = coordinate_law("sphere")
    projected = codes @ points["directions"].T
    optimum = math.log(sphere_mean(lambda square: math.exp(-2 * square)))
    covariance = EmpiricalCovariance().fit(codes).covariance_
    return {
        "rayleigh": rayleigh,
        "rayleighProbability": stats.chi2.sf(rayleigh, SIZE),
        "bingham": bingham,
        "binghamProbability": stats.chi2.sf(bingham, degrees),
        "uniformityGap": math.log(np.exp(-2 * pdist(codes, "sqeuclidean")).mean()) - optimum,
        "largestEigenvalue": SIZE * np.linalg.eigvalsh(covariance)[-1],
        "sphericalSlicedWasserstein": float(circle),
        "directionLaw": np.mean([stats.cramervonmises(row, law.cdf).statistic for row in projected.T]),
    }


def normal_scores(codes: np.ndarray) -> dict[str, float]:
    fit = EmpiricalCovariance().fit(codes)
    centred = codes - codes.mean(0)
    products = np.array([[a @ fit.precision_ @ b for a in centred] for b in centred])
    skewness = (products**3).mean()
    kurtosis = np.square(fit.mahalanobis(codes)).mean()
    deviation = math.sqrt(8 * SIZE * (SIZE + 2) / COUNT)
    norm = np.linalg.norm(codes.mean(0)) / SCALE
    return {
        "mardiaSkewness": skewness,
        "mardiaSkewnessProbability": stats.chi2.sf(COUNT * skewness / 6, SIZE * (SIZE + 1) * (SIZE + 2) / 6),
        "mardiaKurtosis": kurtosis,
        "mardiaKurtosisProbability": 2 * stats.norm.sf(abs(kurtosis - SIZE * (SIZE + 2)) / deviation),
        "meanNorm": norm,
        "meanNormProbability": stats.chi2.sf(COUNT * norm**2, SIZE),
        "radius": math.sqrt(np.square(codes).mean()) / SCALE,
    }


def shared_scores(codes: np.ndarray, prior: str) -> dict[str, float]:
    shares = np.linalg.eigvalsh(EmpiricalCovariance().fit(codes).covariance_)
    law = coordinate_law(prior)
    return {
        "effectiveRank": math.exp(stats.entropy(shares)),
        "coordinateLaw": np.mean([stats.kstest(column, law.cdf).statistic for column in codes.T]),
    }


def classifier(codes: np.ndarray) -> float:
    """With the directions and draws that the test's generator gives."""
    generator = torch.Generator().manual_seed(CLASSIFIER_SEED)
    directions = torch.randn(SIZE * (SIZE + 1) // 2, SIZE, generator=generator)
    directions = torch.nn.functional.normalize(directions).double().numpy()
    draws = (torch.randn(COUNT, SIZE, generator=generator) * SCALE).double().numpy()
    features = [np.concatenate([x, np.square(x @ directions.T)], 1) for x in (codes, draws)]
    half = COUNT // 2
    scaler = StandardScaler().fit(np.concatenate([x[:half] for x in features]))
    train = scaler.transform(np.concatenate([x[:half] for x in features]))
    model = Ridge(alpha=1e-3 * len(train), fit_intercept=False).fit(train, np.repeat([1.0, -1.0], half))
    first, second = (model.predict(scaler.transform(x[half:])) for x in features)
    return float(((first > 0).mean() + (second < 0).mean()) / 2)


def probes(random: np.random.Generator, points: dict[str, np.ndarray]) -> dict:
    classes = 4
    centres = random.normal(size=(classes, SIZE)) * 1.2
    labels = random.integers(0, classes, 240)
    codes = rounded((centres[labels] + random.normal(size=(240, SIZE))) * [1, 5, 0.1, 1, 2] + 3)
    points["probe.train"], points["probe.test"] = codes[:160], codes[160:]
    train, test = labels[:160], labels[160:]
    scaler = StandardScaler().fit(codes[:160])
    model = LogisticRegression(C=1, tol=1e-12, max_iter=10_000).fit(scaler.transform(codes[:160]), train)
    points["probe.probabilities"] = model.predict_proba(scaler.transform(codes[160:]))
    result = {"train": train.tolist(), "test": test.tolist(),
              "linear": model.score(scaler.transform(codes[160:]), test)}
    for metric in ("euclidean", "cosine"):
        for neighbours in (1, 10):
            voter = KNeighborsClassifier(neighbours, metric=metric).fit(codes[:160], train)
            result[f"{metric}{neighbours}"] = voter.score(codes[160:], test)
    return result


def main() -> None:
    random = np.random.default_rng(4)
    points = make_points(random)
    sphere, normal = points["codes.sphere"], points["codes.normal"]
    scores = {
        "sphere": kernel_scores(sphere, "sphere") | shared_scores(sphere, "sphere") | sphere_scores(points),
        "normal": kernel_scores(normal, "normal") | shared_scores(normal, "normal") | normal_scores(normal),
    }
    scores["normal"]["classifier"] = classifier(normal)
    draws = points["draws.sphere"]
    pair = {
        "slicedWasserstein": float(ot.sliced_wasserstein_distance(sphere, draws, projections=points["directions"].T)),
        "spread": float(np.square(draws @ points["directions"].T).mean()),
        "kolmogorovSmirnov": float(np.mean([stats.ks_2samp(a, b).statistic for a, b in zip(sphere.T, draws.T)])),
        "energyOfFirstCoordinate": float(stats.energy_distance(sphere[:, 0], draws[:, 0])),
    }
    line = {"skewness": float(stats.skew(normal[:, 0])),
            "kurtosis": float(stats.kurtosis(normal[:, 0], fisher=False))}
    table = {"scores": {prior: {k: float(v) for k, v in row.items()} for prior, row in scores.items()},
             "pair": pair, "line": line, "probes": probes(random, points)}
    (HERE / "latent_scores.json").write_text(json.dumps(table, indent=1) + "\n")
    arrays = {name: np.ascontiguousarray(array if name == "probe.probabilities" else array.astype(np.float32))
              for name, array in points.items()}
    save_file(arrays, HERE / "latent_scores.safetensors")


if __name__ == "__main__":
    main()
