"""Writes latent.safetensors and latent.json: regularisers of a latent code against known priors.

Codes and draws are rounded to float32 first; everything else is computed from those values in
float64. Gradients are with respect to the codes as stored: on the sphere they are the gradients in
the ambient space, without a normalisation in between.
"""

import json
import math
from pathlib import Path

import numpy as np
import ot
import torch
from scipy.spatial.distance import cdist
from scipy.stats import beta, norm
from sklearn.covariance import empirical_covariance
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

HERE = Path(__file__).parent
CODE_COUNT, POPULATION_COUNT, DIMENSION, PROJECTION_COUNT, HIDDEN_SIZE = 24, 40, 8, 16, 32
KERNEL_SCALES = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
KERNEL_BASE = {"sphere": 2.0, "normal": 2.0 * DIMENSION}  # 2, and 2 d sigma^2 with sigma = 1
QUANTILE_GRID = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]
PRIORS = ("sphere", "normal")


def rounded(tensor: Tensor) -> Tensor:
    """The float64 value of the nearest float32."""
    return tensor.float().double()


def make_points() -> dict[str, Tensor]:
    """Codes away from the prior, and draws from it, for both priors; and unit projections."""
    shift, spread = torch.linspace(-0.8, 1.0, DIMENSION), torch.linspace(0.4, 1.5, DIMENSION)
    normal = torch.randn(CODE_COUNT, DIMENSION) * spread + shift
    points = {"codes.normal": normal, "codes.sphere": functional.normalize(normal.flip(0))}
    for name, count in (("draws", CODE_COUNT), ("population", POPULATION_COUNT)):
        points[f"{name}.normal"] = torch.randn(count, DIMENSION)
        points[f"{name}.sphere"] = functional.normalize(torch.randn(count, DIMENSION))
    points["projections"] = functional.normalize(torch.randn(PROJECTION_COUNT, DIMENSION))
    return {name: rounded(tensor) for name, tensor in points.items()}


def value_and_gradient(function, codes: Tensor) -> tuple[float, Tensor]:
    """The value of a scalar function of the codes, and its gradient."""
    codes = codes.clone().requires_grad_()
    value = function(codes)
    (gradient,) = torch.autograd.grad(value, codes)
    return value.item(), gradient


# Maximum mean discrepancy: inverse multiquadratics, sum over s of C / (C + |x-y|^2), C = base * s
# (Tolstikhin et al. 2018), and the unbiased estimate of Gretton et al. 2012, lemma 6.


def kernel(first: Tensor, second: Tensor, base: float) -> Tensor:
    """[n, d], [m, d] -> [n, m]."""
    distances = (first[:, None] - second[None]).square().sum(-1)
    return sum(base * scale / (base * scale + distances) for scale in KERNEL_SCALES)


def discrepancy(codes: Tensor, draws: Tensor, base: float) -> Tensor:
    """Within terms over pairs i != j, cross term over all pairs."""
    def within(points: Tensor) -> Tensor:
        matrix, count = kernel(points, points, base), len(points)
        return (matrix.sum() - matrix.diagonal().sum()) / (count * (count - 1))

    return within(codes) + within(draws) - 2 * kernel(codes, draws, base).mean()


def checked_discrepancy(codes: Tensor, draws: Tensor, base: float) -> float:
    """The same by SciPy's distances and explicit sums over pairs."""
    def similarity(first: Tensor, second: Tensor) -> np.ndarray:
        squared = cdist(first.numpy(), second.numpy(), "sqeuclidean")
        return sum(1 / (1 + squared / (base * scale)) for scale in KERNEL_SCALES)

    own, other = similarity(codes, codes), similarity(draws, draws)
    pairs = [matrix[np.triu_indices(len(matrix), 1)].mean() for matrix in (own, other)]
    return sum(pairs) - 2 * similarity(codes, draws).mean()


def discrepancy_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    for prior in PRIORS:
        codes, base = points[f"codes.{prior}"], KERNEL_BASE[prior]
        for sample in ("draws", "population"):
            draws = points[f"{sample}.{prior}"]
            value, gradient = value_and_gradient(lambda z: discrepancy(z, draws, base), codes)
            np.testing.assert_allclose(value, checked_discrepancy(codes, draws, base), rtol=1e-10)
            values[f"{prior}.{sample}"] = value
            tensors[f"gradients.mmd.{prior}.{sample}"] = gradient
    return {"kernel_base": KERNEL_BASE, "kernel_scales": KERNEL_SCALES, "values": values}, tensors


# Sliced Wasserstein: the mean over projections and ranks of the squared difference of sorted
# projections (Kolouri et al. 2018), against draws or the prior's quantiles at (i + 1/2) / N.


def prior_quantiles(prior: str, probabilities, dimension: int) -> np.ndarray:
    """Quantiles of one coordinate: N(0, 1), or u with (u+1)/2 ~ Beta((d-1)/2, (d-1)/2)."""
    if prior == "normal":
        return norm.ppf(probabilities)
    shape = (dimension - 1) / 2
    return 2 * beta.ppf(probabilities, shape, shape) - 1


def sliced(codes: Tensor, projections: Tensor, sorted_targets: Tensor) -> Tensor:
    """sorted_targets: [N, L], or [N, 1] where every projection has the same law."""
    sorted_codes = (codes @ projections.T).sort(0).values
    return (sorted_codes - sorted_targets).square().mean()


def check_sliced(codes: Tensor, draws: Tensor, projections: Tensor, value: float) -> None:
    """POT by projection (one-dimensional transport) and by its sliced distance, a square root."""
    codes, draws, directions = codes.numpy(), draws.numpy(), projections.numpy().T
    distance = ot.sliced_wasserstein_distance(codes, draws, projections=directions, p=2)
    np.testing.assert_allclose(value, float(distance) ** 2, rtol=1e-10)
    each = [ot.emd2_1d(codes @ axis, draws @ axis) for axis in directions.T]
    np.testing.assert_allclose(value, np.mean(each), rtol=1e-10)


def sliced_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    projections = points["projections"]
    grid = (np.arange(CODE_COUNT) + 0.5) / CODE_COUNT
    for prior in PRIORS:
        codes, draws = points[f"codes.{prior}"], points[f"draws.{prior}"]
        quantiles = torch.from_numpy(prior_quantiles(prior, grid, DIMENSION))
        targets = {
            "draws": (draws @ projections.T).sort(0).values,
            "quantiles": quantiles[:, None],
        }
        for name, target in targets.items():
            value, gradient = value_and_gradient(
                lambda z: sliced(z, projections, target), codes
            )
            values[f"{prior}.{name}"] = value
            tensors[f"gradients.sliced.{prior}.{name}"] = gradient
        check_sliced(codes, draws, projections, values[f"{prior}.draws"])
        tensors[f"quantiles.{prior}"] = quantiles
    return {"values": values}, tensors


# Adversary (WAE-GAN): a critic tells draws (real) from codes (fake). On the normal prior the known
# log p(z) is added to the logit (Tolstikhin et al. 2018); on the sphere it is a constant, left out.


class Critic(nn.Module):
    """Four hidden ReLU layers, one logit."""

    def __init__(self):
        super().__init__()
        sizes = [DIMENSION, *[HIDDEN_SIZE] * 4, 1]
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(sizes, sizes[1:]))
        for layer in self.layers:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")

    def forward(self, points: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            points = torch.relu(layer(points))
        return self.layers[-1](points).squeeze(1)


def adversary_logits(critic: Critic, points: Tensor, prior: str) -> Tensor:
    logits = critic(points)
    if prior == "normal":
        logits = logits - 0.5 * points.square().sum(1) - 0.5 * DIMENSION * math.log(2 * math.pi)
    return logits


def adversary_fixtures(points: dict[str, Tensor], critic: Critic) -> tuple[dict, dict]:
    """Critic loss: the sum of the two means; encoder loss: non-saturating."""
    def entropy(logits: Tensor, target: float) -> Tensor:
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    values = {}
    tensors = {f"critic.{name}": tensor.detach() for name, tensor in critic.named_parameters()}
    names, parameters = zip(*critic.named_parameters())
    for prior in PRIORS:
        codes, draws = points[f"codes.{prior}"], points[f"draws.{prior}"]
        fake, real = (adversary_logits(critic, sample, prior) for sample in (codes, draws))
        loss = entropy(real, 1) + entropy(fake, 0)
        for name, gradient in zip(names, torch.autograd.grad(loss, parameters)):
            tensors[f"gradients.critic.{prior}.{name}"] = gradient
        encoder_loss, gradient = value_and_gradient(
            lambda z: entropy(adversary_logits(critic, z, prior), 1), codes
        )
        values[prior] = {"critic_loss": loss.item(), "encoder_loss": encoder_loss}
        tensors[f"gradients.adversary.{prior}.codes"] = gradient
    return {"values": values}, tensors


def quantile_tables() -> dict:
    """One coordinate's quantiles; the sphere's are checked in the closed forms of d = 2 and 3."""
    grid = np.array(QUANTILE_GRID)
    sphere = {d: prior_quantiles("sphere", grid, d).tolist() for d in (2, 3, 8, 64)}
    np.testing.assert_allclose(sphere[2], -np.cos(np.pi * grid), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sphere[3], 2 * grid - 1, rtol=1e-9, atol=1e-12)
    return {
        "probabilities": QUANTILE_GRID,
        "normal": norm.ppf(grid).tolist(),
        "sphere": {str(dimension): row for dimension, row in sphere.items()},
    }


def latent_scores(codes: Tensor) -> dict:
    """Rayleigh's N d |mean|^2, chi-squared with d degrees for a uniform law (Mardia & Jupp), and
    the effective rank exp(-sum p log p) of the covariance eigenvalues (Roy & Vetterli 2007)."""
    count, dimension = codes.shape
    eigenvalues = np.linalg.eigvalsh(empirical_covariance(codes.numpy()))
    shares = eigenvalues / eigenvalues.sum()
    return {
        "rayleigh": count * dimension * codes.mean(0).square().sum().item(),
        "effective_rank": float(np.exp(-(shares * np.log(shares)).sum())),
    }


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2110)
    points, critic = make_points(), Critic().double()
    tensors = dict(points)
    summary = {"code_count": CODE_COUNT, "population_count": POPULATION_COUNT}
    summary |= {"dimension": DIMENSION, "projection_count": PROJECTION_COUNT}
    fixtures = {
        "mmd": discrepancy_fixtures(points),
        "sliced": sliced_fixtures(points),
        "adversary": adversary_fixtures(points, critic),
    }
    for name, (values, gradients) in fixtures.items():
        summary[name] = values
        tensors |= gradients
    summary["coordinate_quantiles"] = quantile_tables()
    summary["sphere_scores"] = {
        name: latent_scores(points[f"{name}.sphere"]) for name in ("codes", "draws")
    }
    tensors = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, HERE / "latent.safetensors")
    (HERE / "latent.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
