"""Writes laws.json and laws.safetensors: priors, posteriors and likelihood terms.

Normal laws, mixtures and Dirichlet densities come from torch.distributions and SciPy, with gradients
by autograd. Laws on the sphere come from SciPy's and mpmath's Bessel functions and from integrals of
their densities as defined; nothing here uses the closed forms of the package.
"""

import json
from pathlib import Path

import mpmath
import numpy as np
import torch
from safetensors.torch import save_file
from scipy import integrate, optimize, special, stats
from scipy.spatial.distance import cdist
from torch import Tensor, distributions

HERE = Path(__file__).parent
DIMENSION, COUNT, COMPONENTS = 5, 12, 4
PROBABILITIES = np.linspace(0.05, 0.95, 19)
MOMENTS = [(2, 1.5), (2, 50), (2, 1e4), (3, 5), (8, 20), (16, 1.5), (64, 100), (128, 1e3), (512, 5), (512, 1e4)]
POWERS = [(2, 1.5), (2, 40), (3, 5), (8, 1.5), (8, 200), (64, 30), (128, 1e3)]
ANGLES = [(2, 1.5), (2, 60), (3, 5), (16, 20)]
KERNEL_SCALES = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
mpmath.mp.dps = 40


def rounded(tensor: Tensor) -> Tensor:
    """The float64 value of the nearest float32."""
    return tensor.float().double()


def leaf(tensor: Tensor) -> Tensor:
    return tensor.clone().requires_grad_()


def independent(features: Tensor) -> distributions.Distribution:
    """Means, then log variances, along the last dimension."""
    mean, log_variance = features.chunk(2, dim=-1)
    return distributions.Independent(distributions.Normal(mean, (log_variance / 2).exp()), 1)


def mixture(parts: distributions.Distribution, count: int) -> distributions.Distribution:
    weights = distributions.Categorical(torch.full((count,), 1 / count, dtype=torch.float64))
    return distributions.MixtureSameFamily(weights, parts)


# The normal posterior.


def gaussian_fixtures() -> dict:
    features = rounded(torch.randn(COUNT, 2 * DIMENSION) * 0.8)
    points = rounded(torch.randn(COUNT, DIMENSION) * 1.5)
    tensors = {"features": features, "points": points}
    live = leaf(features)
    for scale in (1.0, 2.0):
        prior = distributions.Normal(torch.zeros(DIMENSION, dtype=torch.float64), scale)
        divergence = distributions.kl_divergence(independent(live), distributions.Independent(prior, 1))
        tensors[f"divergence.{scale:g}"] = divergence.detach()
        (tensors[f"gradient.divergence.{scale:g}"],) = torch.autograd.grad(divergence.mean(), live)
    tensors["entropy"] = independent(features).entropy()
    density = independent(live[None]).log_prob(points[:, None])
    tensors["density"] = density.detach()
    (tensors["gradient.density"],) = torch.autograd.grad(density.mean(), live)
    return {f"gaussian.{name}": tensor for name, tensor in tensors.items()}


# Densities of priors: the mixture, the VampPrior on an encoder that returns its input, Dirichlet.


def mixture_fixtures() -> dict:
    means, points = rounded(torch.randn(COMPONENTS, DIMENSION) * 2), rounded(torch.randn(COUNT, DIMENSION) * 2)
    live, scale = leaf(points), 0.7
    parts = distributions.Independent(distributions.Normal(means, scale), 1)
    density = mixture(parts, COMPONENTS).log_prob(live)
    (gradient,) = torch.autograd.grad(density.mean(), live)
    tensors = {"means": means, "points": points, "density": density.detach(), "gradient": gradient}
    return {f"mixture.{name}": tensor for name, tensor in tensors.items()}


def vamp_fixtures() -> dict:
    """Pseudo-inputs of shape [1, 2, d] are features as they are: d means, d log variances."""
    logits, points = rounded(torch.randn(COMPONENTS, 1, 2, DIMENSION)), rounded(torch.randn(COUNT, DIMENSION))
    features = rounded(torch.randn(COUNT, 2 * DIMENSION) * 0.5)
    live_logits, live_points = leaf(logits), leaf(points)
    parts = independent(torch.sigmoid(live_logits).flatten(1))
    density = mixture(parts, COMPONENTS).log_prob(live_points)
    gradients = torch.autograd.grad(density.mean(), [live_logits, live_points])
    # The divergence estimated at given codes: minus the entropy, minus the log density.
    estimate = -(independent(features).entropy() + density.detach()).mean()
    tensors = {"logits": logits, "points": points, "features": features, "density": density.detach()}
    tensors |= {"gradient.logits": gradients[0], "gradient.points": gradients[1], "estimate": estimate[None]}
    return {f"vamp.{name}": tensor for name, tensor in tensors.items()}


def dirichlet_fixtures() -> dict:
    points = rounded(torch.softmax(torch.randn(COUNT, DIMENSION, dtype=torch.float64), -1))
    tensors = {"points": points}
    for concentration in (0.5, 3.0):
        live = leaf(points)
        law = distributions.Dirichlet(torch.full((DIMENSION,), concentration, dtype=torch.float64), validate_args=False)
        density = law.log_prob(live)
        exact = (points / points.sum(-1, keepdim=True)).numpy()
        expected = [stats.dirichlet.logpdf(row, np.full(DIMENSION, concentration)) for row in exact]
        np.testing.assert_allclose(density.detach(), expected, rtol=1e-5)
        tensors[f"density.{concentration:g}"] = density.detach()
        (tensors[f"gradient.{concentration:g}"],) = torch.autograd.grad(density.mean(), live)
    return {f"dirichlet.{name}": tensor for name, tensor in tensors.items()}


# Laws about a direction on the sphere, by integrals over the cosine t to it, whose uniform law has the
# density proportional to (1 - t^2)^((d - 3) / 2); t = sin(angle) makes that smooth.


def log_area(dimension: int) -> float:
    return float(np.log(2) + dimension / 2 * np.log(np.pi) - special.gammaln(dimension / 2))


def moments_about(log_density, dimension: int) -> dict:
    """Normaliser, mean cosine and entropy of the law on the sphere whose log density is that function
    of the cosine, up to a constant."""
    def exponent(angle):
        return log_density(np.sin(angle)) + (dimension - 2) * np.log(np.maximum(np.cos(angle), 1e-300))

    grid = np.linspace(-np.pi / 2, np.pi / 2, 20001)[1:-1]
    values = exponent(grid)
    top = values.max()
    inside = grid[values > top - 60]
    low, high = max(inside[0] - 1e-3, -np.pi / 2), min(inside[-1] + 1e-3, np.pi / 2)

    def integral(weight):
        cells = np.linspace(low, high, 65)
        return sum(
            integrate.quad(lambda x: np.exp(exponent(x) - top) * weight(np.sin(x)), *cell, epsabs=0, epsrel=1e-11)[0]
            for cell in zip(cells, cells[1:])
        )

    mass = integral(lambda t: 1.0)
    # The area of the sphere of one dimension less times the integral is the normaliser.
    log_normaliser = np.log(mass) + top + log_area(dimension - 1)
    mean_log = integral(log_density) / mass
    return {
        "mean": integral(lambda t: t) / mass,
        "entropy": float(log_normaliser - mean_log),
        "log_normaliser": float(log_normaliser),
    }


def fisher_row(dimension: int, concentration: float) -> dict:
    """Bessel functions by mpmath, checked with SciPy's where those do not underflow."""
    order, kappa = mpmath.mpf(dimension) / 2 - 1, mpmath.mpf(concentration)
    log_bessel, ratio = mpmath.log(mpmath.besseli(order, kappa)), mpmath.besseli(order + 1, kappa) / mpmath.besseli(order, kappa)
    log_moment = log_bessel + mpmath.loggamma(order + 1) + order * mpmath.log(2 / kappa)
    scaled = special.ive([float(order), float(order) + 1], concentration)
    if scaled.min() > 1e-300:
        np.testing.assert_allclose(float(ratio), scaled[1] / scaled[0], rtol=1e-8)
    row = {"dimension": dimension, "concentration": concentration, "log_moment": float(log_moment)}
    divergence = float(kappa * ratio - log_moment)
    step = mpmath.mpf(10) ** -12 * kappa

    def mean(k):
        return mpmath.besseli(order + 1, k) / mpmath.besseli(order, k)

    slope = float((mean(kappa + step) - mean(kappa - step)) / (2 * step))
    axis = np.eye(dimension)[0]
    entropy = stats.vonmises_fisher(axis, concentration).entropy() if dimension < 100 else None
    if entropy is not None and np.isfinite(entropy):
        np.testing.assert_allclose(log_area(dimension) - divergence, entropy, rtol=1e-6, atol=1e-6)
    integrals = moments_about(lambda t: concentration * t, dimension)
    np.testing.assert_allclose(integrals["entropy"], log_area(dimension) - divergence, rtol=1e-6, atol=1e-7)
    return row | {"mean": float(ratio), "mean_slope": slope, "divergence": divergence, "entropy": log_area(dimension) - divergence}


def power_row(dimension: int, concentration: float) -> dict:
    """Integrals only."""
    def at(kappa):
        return moments_about(lambda t: kappa * np.log(np.maximum(1 + t, 1e-300)), dimension)

    row, step = at(concentration), 1e-4 * concentration
    slope = (at(concentration + step)["entropy"] - at(concentration - step)["entropy"]) / (2 * step)
    return {"dimension": dimension, "concentration": concentration, "entropy_slope": slope} | row | {
        "divergence": log_area(dimension) - row["entropy"]
    }


def cosine_quantiles(log_density, dimension: int) -> list[float]:
    """Quantiles of the cosine, from a fine cumulative sum over the angle."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 400_001)
    exponents = log_density(np.sin(angles)) + (dimension - 2) * np.log(np.maximum(np.cos(angles), 1e-300))
    cumulative = integrate.cumulative_trapezoid(np.exp(exponents - exponents.max()), angles, initial=0)
    return np.sin(np.interp(PROBABILITIES * cumulative[-1], cumulative, angles)).tolist()


def angle_row(dimension: int, concentration: float) -> dict:
    fisher = cosine_quantiles(lambda t: concentration * t, dimension)
    power = cosine_quantiles(lambda t: concentration * np.log(np.maximum(1 + t, 1e-300)), dimension)
    half = (dimension - 1) / 2
    exact = 2 * stats.beta.ppf(PROBABILITIES, half + concentration, half) - 1
    np.testing.assert_allclose(power, exact, atol=1e-6)
    return {"dimension": dimension, "concentration": concentration, "fisher": fisher, "power": power}


def ball_quantiles(dimension: int) -> list[float]:
    """One coordinate of a uniform point in the ball: the density is the volume of the slice, proportional
    to (1 - t^2)^((d - 1) / 2)."""
    def density(t):
        return (1 - t * t) ** ((dimension - 1) / 2)

    total = integrate.quad(density, -1, 1, epsabs=0, epsrel=1e-12)[0]
    return [
        optimize.brentq(lambda t: integrate.quad(density, -1, t, epsabs=1e-14)[0] / total - p, -1, 1, xtol=1e-13)
        for p in (np.arange(10) + 0.5) / 10
    ]


# InfoVAE: the divergence of torch.distributions and the discrepancy over explicit pairs.


def info_fixtures() -> tuple[dict, dict]:
    features, codes, draws = (
        rounded(torch.randn(COUNT, size)) for size in (2 * DIMENSION, DIMENSION, DIMENSION)
    )
    prior = distributions.Independent(distributions.Normal(torch.zeros(DIMENSION, dtype=torch.float64), 1.0), 1)
    divergence = distributions.kl_divergence(independent(features), prior).mean().item()

    def similarity(first: Tensor, second: Tensor) -> np.ndarray:
        squared = cdist(first.numpy(), second.numpy(), "sqeuclidean")
        return sum(1 / (1 + squared / (2 * DIMENSION * scale)) for scale in KERNEL_SCALES)

    pairs = [similarity(points, points)[np.triu_indices(COUNT, 1)].mean() for points in (codes, draws)]
    discrepancy = float(sum(pairs) - 2 * similarity(codes, draws).mean())
    tensors = {"info.features": features, "info.codes": codes, "info.draws": draws}
    return {"divergence": divergence, "discrepancy": discrepancy}, tensors


def observation_fixtures() -> tuple[dict, dict]:
    """Twice the negative log likelihood of images under a normal observation of deviation 1/4, less its constant
    D log 2 pi; and the squared errors it is made of."""
    images, decoded = rounded(torch.rand(COUNT, 3, 4, 4)), rounded(torch.rand(COUNT, 3, 4, 4))
    log_density = distributions.Normal(decoded, 0.25).log_prob(images).flatten(1).sum(1)
    loss = (-2 * log_density).mean().item() - 48 * float(np.log(2 * np.pi))
    return {"loss": loss, "value_count": 48}, {"observation.errors": (images - decoded).square().flatten(1).sum(1)}


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1804)
    tensors = gaussian_fixtures() | mixture_fixtures() | vamp_fixtures() | dirichlet_fixtures()
    info, more = info_fixtures()
    observation, errors = observation_fixtures()
    tensors |= more | errors
    half = (DIMENSION - 1) * 0.5
    summary = {
        "probabilities": PROBABILITIES.tolist(),
        "fisher": [fisher_row(*row) for row in MOMENTS],
        "power": [power_row(*row) for row in POWERS],
        "angles": [angle_row(*row) for row in ANGLES],
        "ball": {str(dimension): ball_quantiles(dimension) for dimension in (2, 3, 16)},
        "dirichlet": stats.beta.ppf(PROBABILITIES, 0.5, half).tolist(),
        "info": info,
        "observation": observation,
    }
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, HERE / "laws.safetensors")
    (HERE / "laws.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
