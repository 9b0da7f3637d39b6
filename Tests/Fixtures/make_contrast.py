"""Writes contrast.safetensors and contrast.json: contrastive methods, uniformity and KoLeo.

Points are rounded to float32 first; everything else is computed from those values in float64.
Values come from SciPy and scikit-learn or from torch's own losses, gradients from torch's autograd,
with respect to the codes as stored (no normalisation in between). Where a population stands beside
the batch the codes are live as the first of a pair only, and the gradient is doubled.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import beta
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors
from torch import Tensor
from torch.nn import functional

HERE = Path(__file__).parent
BATCH, POPULATION, DIMENSION = 24, 40, 8
TEMPERATURE, SHARPNESS, VIEW_TEMPERATURE = 0.1, 2.0, 0.5


def rounded(tensor: Tensor) -> Tensor:
    """The float64 value of the nearest float32."""
    return tensor.float().double()


def make_points() -> dict[str, Tensor]:
    shift, spread = torch.linspace(-0.6, 0.8, DIMENSION), torch.linspace(0.4, 1.5, DIMENSION)
    codes = functional.normalize(torch.randn(BATCH, DIMENSION) * spread + shift)
    keys = functional.normalize(codes + 0.1 * torch.randn(BATCH, DIMENSION))
    population = functional.normalize(torch.randn(POPULATION, DIMENSION))
    points = {"codes": codes, "keys": keys, "population": population}
    return {name: rounded(tensor) for name, tensor in points.items()}


def compared(codes: Tensor, population: Tensor | None) -> Tensor:
    return codes if population is None else torch.cat([codes.detach(), population])


def in_batch(codes: Tensor, population: Tensor | None) -> Tensor:
    logits = codes @ compared(codes, population).T / TEMPERATURE
    return functional.cross_entropy(logits, torch.arange(BATCH))


def in_batch_value(codes: np.ndarray, others: np.ndarray) -> float:
    logits = codes @ others.T / TEMPERATURE
    return float(np.mean(logsumexp(logits, axis=1) - np.diagonal(logits)))


def decoupled(codes: Tensor, keys: Tensor, population: Tensor | None) -> Tensor:
    positives = torch.einsum("nd,nd->n", codes, keys) / TEMPERATURE
    if population is None:
        logits = torch.stack([codes @ row / TEMPERATURE for row in codes])
        logits = logits[~torch.eye(BATCH, dtype=bool)].reshape(BATCH, BATCH - 1)
    else:
        logits = codes @ population.T / TEMPERATURE
    return (logits.exp().mean(1).log() - positives).mean()


def decoupled_value(codes: np.ndarray, keys: np.ndarray, population: np.ndarray | None) -> float:
    terms = []
    for index, code in enumerate(codes):
        others = np.delete(codes, index, axis=0) if population is None else population
        weights = np.full(len(others), 1 / len(others))
        negatives = logsumexp(others @ code / TEMPERATURE, b=weights)
        terms.append(negatives - keys[index] @ code / TEMPERATURE)
    return float(np.mean(terms))


def uniformity(codes: Tensor, population: Tensor | None) -> Tensor:
    """torch.pdist where both points are live; else the first only."""
    if population is None:
        return torch.pdist(codes).square().mul(-SHARPNESS).exp().mean().log()
    matrix = torch.cdist(codes, compared(codes, population)).square().mul(-SHARPNESS).exp()
    own = torch.eye(BATCH, BATCH + POPULATION, dtype=bool)
    return matrix[~own].mean().log()


def uniformity_value(codes: np.ndarray, others: np.ndarray) -> float:
    matrix = rbf_kernel(codes, others, gamma=SHARPNESS)
    pairs = len(codes) * (len(others) - 1)
    return float(np.log((matrix.sum() - len(codes)) / pairs))


def koleo(codes: Tensor, population: Tensor | None) -> Tensor:
    others = compared(codes, population)
    distances = torch.cdist(codes, others)
    own = torch.eye(BATCH, len(others), dtype=bool)
    nearest = distances.detach().masked_fill(own, torch.inf).argmin(1)
    return -functional.pairwise_distance(codes, others[nearest], eps=0).log().mean()


def koleo_value(codes: np.ndarray, others: np.ndarray) -> float:
    distances, _ = NearestNeighbors(n_neighbors=2).fit(others).kneighbors(codes)
    return float(-np.log(distances[:, 1]).mean())


def views(codes: Tensor, population: Tensor | None) -> Tensor:
    """NT-Xent over the two halves of the codes as two views."""
    logits = codes @ codes.T / VIEW_TEMPERATURE
    logits = logits.masked_fill(torch.eye(BATCH, dtype=bool), -torch.inf)
    if population is not None:
        logits = torch.cat([logits, codes @ population.T / VIEW_TEMPERATURE], 1)
    return functional.cross_entropy(logits, torch.arange(BATCH).roll(BATCH // 2))


def views_value(codes: np.ndarray, population: np.ndarray | None) -> float:
    half, terms = BATCH // 2, []
    for index, code in enumerate(codes):
        rest = np.delete(codes, index, axis=0)
        rest = rest if population is None else np.concatenate([rest, population])
        partner = codes[(index + half) % BATCH]
        terms.append(logsumexp(rest @ code / VIEW_TEMPERATURE) - partner @ code / VIEW_TEMPERATURE)
    return float(np.mean(terms))


def expectations() -> dict:
    """E f(u) for one coordinate u of a uniform point, by SciPy's law and quadrature."""
    functions = {
        "distance": lambda u: np.sqrt(2 - 2 * u),
        "gaussian": lambda u: np.exp(-2 * (2 - 2 * u)),
        "multiquadric": lambda u: 0.2 / (2.2 - 2 * u),
    }
    table = {}
    for dimension in (2, 3, 8, 64, 128):
        shape = (dimension - 1) / 2
        law = beta(shape, shape)
        # In quantiles the law's poles at d = 2 are gone.
        integral = lambda f: quad(
            lambda p: f(2 * law.ppf(p) - 1), 0, 1, epsabs=1e-10, epsrel=1e-10, limit=500)[0]
        table[str(dimension)] = {name: integral(f) for name, f in functions.items()}
    return table


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2002)
    points = make_points()
    codes, keys = points["codes"], points["keys"]
    losses = {
        "in-batch": (in_batch, lambda z, p, o: in_batch_value(z, o)),
        "decoupled": (
            lambda z, p: decoupled(z, keys, p),
            lambda z, p, o: decoupled_value(z, keys.numpy(), p)),
        "uniformity": (uniformity, lambda z, p, o: uniformity_value(z, o)),
        "koleo": (koleo, lambda z, p, o: koleo_value(z, o)),
        "views": (views, lambda z, p, o: views_value(z, p)),
    }
    live_first_only = {"in-batch", "uniformity", "koleo"}
    values, tensors = {}, dict(points)
    for name, (loss, check) in losses.items():
        for sample, population in (("batch", None), ("population", points["population"])):
            leaf = codes.clone().requires_grad_()
            value = loss(leaf, population)
            (gradient,) = torch.autograd.grad(value, leaf)
            if population is not None and name in live_first_only:
                gradient = 2 * gradient
            expected = check(
                codes.numpy(), None if population is None else population.numpy(),
                compared(codes, population).numpy())
            np.testing.assert_allclose(value.item(), expected, rtol=2e-6)
            values[f"{name}.{sample}"] = expected
            tensors[f"gradients.{name}.{sample}"] = gradient
    tensors = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, HERE / "contrast.safetensors")
    summary = {"values": values, "expectations": expectations()}
    (HERE / "contrast.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
