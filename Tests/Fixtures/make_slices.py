"""Writes slices.safetensors and slices.json: sliced distances between codes and priors.

Codes, draws and directions are rounded to float32 first; everything else is computed from those
values in float64, by POT, SciPy and torch's autograd or as a direct integral of the definition.
Gradients are with respect to the codes as stored, without a projection on the prior's support.
"""

import json
import math
from pathlib import Path

import numpy as np
import ot
import torch
from ot.sliced import sliced_wasserstein_sphere_unif
from safetensors.torch import save_file
from scipy.integrate import quad, trapezoid
from scipy.special import hyp1f1, roots_chebyt, roots_gegenbauer
from scipy.stats import beta, energy_distance, norm
from torch import Tensor
from torch.nn import functional

HERE = Path(__file__).parent
COUNT, DIRECTIONS = 24, 12
DIMENSIONS = (2, 3, 8)
PRIORS = ("sphere", "normal")
SILVERMAN = (4 / (3 * COUNT)) ** 0.4


def rounded(tensor: Tensor) -> Tensor:
    """The float64 value of the nearest float32."""
    return tensor.float().double()


def make_points() -> dict[str, Tensor]:
    """Codes away from the prior, draws of it, unit directions and orthonormal pairs of them."""
    points = {}
    for size in DIMENSIONS:
        normal = torch.randn(COUNT, size) * torch.linspace(0.4, 1.5, size) + 0.4
        points[f"codes.normal.{size}"] = normal
        points[f"codes.sphere.{size}"] = functional.normalize(normal.flip(0))
        points[f"draws.normal.{size}"] = torch.randn(COUNT, size)
        points[f"draws.sphere.{size}"] = functional.normalize(torch.randn(COUNT, size))
        points[f"directions.{size}"] = functional.normalize(torch.randn(size, DIRECTIONS), dim=0)
        frames = torch.linalg.qr(torch.randn(DIRECTIONS, size, 2, dtype=torch.float64)).Q
        points[f"first.{size}"], points[f"second.{size}"] = frames[..., 0].T, frames[..., 1].T
    return {name: rounded(tensor) for name, tensor in points.items()}


def value_and_gradient(function, codes: Tensor) -> tuple[float, Tensor]:
    """The value of a scalar function of the codes, and its gradient."""
    codes = codes.clone().requires_grad_()
    value = function(codes)
    (gradient,) = torch.autograd.grad(value, codes)
    return value.item(), gradient


def law(prior: str, size: int):
    """The law of one coordinate: N(0, 1), or u with (u + 1)/2 ~ Beta((d-1)/2, (d-1)/2)."""
    return norm() if prior == "normal" else beta((size - 1) / 2, (size - 1) / 2, loc=-1, scale=2)


# Sliced Cramér: against draws SciPy's energy distance, whose square is 2 ∫ (F - G)² dt; against the
# law the integral itself, and by Leibniz's rule its derivatives (the squared gap left of a point
# less that right of it). The gradient against draws is autograd's of the pairwise energy form.


def cramer_draws(codes: Tensor, draws: Tensor, directions: Tensor) -> Tensor:
    a, b = codes @ directions, draws @ directions
    def mean(x, y):
        return (x[:, None] - y[None]).abs().mean((0, 1))
    return (mean(a, b) - mean(a, a) / 2 - mean(b, b) / 2).mean()


def cramer_law(codes: np.ndarray, directions: np.ndarray, one) -> tuple[float, np.ndarray]:
    value, gradient = 0.0, np.zeros_like(codes)
    for axis in directions.T:
        projected = codes @ axis
        order = np.argsort(projected)
        knots = np.concatenate([[one.support()[0]], projected[order], [one.support()[1]]])
        for rank in range(COUNT + 1):
            value += quad(
                lambda t: (rank / COUNT - one.cdf(t)) ** 2, knots[rank], knots[rank + 1],
                epsabs=1e-12, epsrel=1e-10,
            )[0]
        cdf = one.cdf(projected[order])
        left, right = np.arange(COUNT) / COUNT - cdf, (np.arange(COUNT) + 1) / COUNT - cdf
        gradient[order] += (left**2 - right**2)[:, None] * axis
    return value / DIRECTIONS, gradient / DIRECTIONS


def cramer_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    directions = points["directions.8"]
    for prior in PRIORS:
        codes, draws = points[f"codes.{prior}.8"], points[f"draws.{prior}.8"]
        value, gradient = value_and_gradient(lambda z: cramer_draws(z, draws, directions), codes)
        squares = [
            energy_distance((codes @ axis).numpy(), (draws @ axis).numpy()) ** 2 / 2
            for axis in directions.T
        ]
        np.testing.assert_allclose(value, np.mean(squares), rtol=1e-9)
        values[f"{prior}.draws"], tensors[f"gradients.cramer.{prior}.draws"] = value, gradient
        value, gradient = cramer_law(codes.numpy(), directions.numpy(), law(prior, 8))
        values[f"{prior}.law"] = value
        tensors[f"gradients.cramer.{prior}.law"] = torch.from_numpy(gradient)
    return values, tensors


# Max-sliced Wasserstein in the plane: POT's maximum over a fine fan of directions; against the
# quantiles, POT's one-dimensional distance along each direction of the fan.


def max_sliced_fixtures(points: dict[str, Tensor]) -> dict:
    angles = np.linspace(0, np.pi, 20001)
    fan = np.stack([np.cos(angles), np.sin(angles)])
    values = {}
    for prior in PRIORS:
        codes, draws = points[f"codes.{prior}.2"].numpy(), points[f"draws.{prior}.2"].numpy()
        distance = ot.sliced.max_sliced_wasserstein_distance(codes, draws, projections=fan)
        values[f"{prior}.draws"] = float(distance) ** 2
        targets = law(prior, 2).ppf((np.arange(COUNT) + 0.5) / COUNT)
        each = ot.wasserstein_1d(codes @ fan, np.repeat(targets[:, None], fan.shape[1], 1), p=2)
        values[f"{prior}.quantiles"] = float(each.max())
    return values


# Cramér-Wold: the kernel E exp(-s u²) by Gauss-Gegenbauer quadrature, checked against SciPy's 1F1,
# and in two and three dimensions the whole distance as an integral over directions and the line.


def kernel(argument: Tensor, size: int) -> Tensor:
    nodes, weights = roots_chebyt(256) if size == 2 else roots_gegenbauer(256, size / 2 - 1)
    weights = weights / weights.sum()
    value = sum(w * torch.exp(-argument * u * u) for u, w in zip(nodes, weights))
    np.testing.assert_allclose(
        value.detach().numpy(), hyp1f1(0.5, size / 2, -argument.detach().numpy()), rtol=1e-9)
    return value


def kernel_mean(first: Tensor, second: Tensor, gamma: float) -> Tensor:
    squares = (first[:, None] - second[None]).square().sum(-1)
    return kernel(squares / (4 * gamma), first.shape[1]).mean() / (2 * math.sqrt(math.pi * gamma))


def prior_atoms(prior: str, size: int) -> np.ndarray:
    """Atoms of one coordinate of the prior scaled to unit variance."""
    atoms = law(prior, size).ppf((np.arange(4000) + 0.5) / 4000)
    return atoms if prior == "normal" else atoms * math.sqrt(size)


def cramer_wold_law(codes: Tensor, prior: str, gamma: float) -> Tensor:
    """Codes of unit scale against the law; the prior's part by quadrature of its projections."""
    size = codes.shape[1]
    within = kernel_mean(codes, codes, gamma)
    if prior == "sphere":
        # Any point of the sphere of radius sqrt(d) has the same mean kernel: E over a coordinate.
        nodes, weights = roots_chebyt(512) if size == 2 else roots_gegenbauer(512, size / 2 - 1)
        squares = torch.from_numpy(2 * size * (1 - nodes))
        weights = torch.from_numpy(weights / weights.sum())
        own = (weights * kernel(squares / (4 * gamma), size)).sum()
        return within - own / (2 * math.sqrt(math.pi * gamma))
    # Smoothing by gamma and projecting a standard normal gives N(0, 1 + gamma): E over code and
    # prior is a kernel mean at the origin of smoothing gamma + 1/2, E over two draws the density.
    across = kernel_mean(codes, torch.zeros(1, size, dtype=codes.dtype), gamma + 0.5)
    return within + norm.pdf(0, scale=math.sqrt(2 + 2 * gamma)) - 2 * across


def cramer_wold_integral(codes: np.ndarray, gamma: float, prior: str, draws=None) -> float:
    """The definition: directions by a product rule, the line by the trapezoid rule."""
    size = codes.shape[1]
    angles = (np.arange(200) + 0.5) / 200 * np.pi
    if size == 2:
        axes = np.stack([np.cos(angles), np.sin(angles)], 1)
        weights = np.full(len(axes), 1 / len(axes))
    else:
        heights, masses = np.polynomial.legendre.leggauss(40)
        radius = np.sqrt(1 - heights**2)[:, None]
        turns = 2 * angles[::2][None]
        axes = np.stack(
            [radius * np.cos(turns), radius * np.sin(turns), heights[:, None] + 0 * turns], -1
        ).reshape(-1, 3)
        weights = np.repeat(masses / 2 / turns.size, turns.size)
    line, width = np.linspace(-9, 9, 721), math.sqrt(gamma)
    if draws is None:
        if prior == "normal":
            target = norm.pdf(line, scale=math.sqrt(1 + gamma))
        else:
            target = norm.pdf(line[:, None] - prior_atoms(prior, size), scale=width).mean(1)
    total = 0.0
    for axis, weight in zip(axes, weights):
        density = norm.pdf(line[:, None] - codes @ axis, scale=width).mean(1)
        if draws is not None:
            target = norm.pdf(line[:, None] - draws @ axis, scale=width).mean(1)
        total += weight * trapezoid((density - target) ** 2, line)
    return total


def cramer_wold_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    for prior in PRIORS:
        for size in DIMENSIONS:
            scale = math.sqrt(size) if prior == "sphere" else 1.0
            codes, draws = points[f"codes.{prior}.{size}"], points[f"draws.{prior}.{size}"] * scale

            def sampled(z: Tensor) -> Tensor:
                z = z * scale
                pairs = ((z, z, 1), (draws, draws, 1), (z, draws, -2))
                return sum(f * kernel_mean(a, b, SILVERMAN) for a, b, f in pairs)

            forms = {
                "closed": lambda z: cramer_wold_law(z * scale, prior, SILVERMAN), "draws": sampled
            }
            for form, function in forms.items():
                value, gradient = value_and_gradient(function, codes)
                key = f"{prior}.{size}.{form}"
                values[key], tensors[f"gradients.cramer_wold.{key}"] = value, gradient
                if size < 4:
                    other = draws.numpy() if form == "draws" else None
                    direct = cramer_wold_integral(
                        codes.numpy() * scale, SILVERMAN, prior, draws=other)
                    np.testing.assert_allclose(value, direct, rtol=2e-5)
                    values[f"{key}.integral"] = direct
    return values, tensors


def kernel_table() -> dict:
    arguments = [0, 1e-3, 0.03, 0.4, 2, 7.5, 33, 59, 61, 240, 4e3, 1e5]
    sizes = (1, 2, 3, 5, 8, 13, 19, 20, 64, 256)
    table = {str(d): hyp1f1(0.5, d / 2, -np.array(arguments)).tolist() for d in sizes}
    return {"arguments": arguments, "values": table}


# Spherical sliced Wasserstein to the uniform law: POT with the same frames, gradients through its
# torch backend.


def spherical_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    for size in DIMENSIONS:
        frames = torch.stack([points[f"first.{size}"].T, points[f"second.{size}"].T], -1)

        def squared(z: Tensor) -> Tensor:
            return sliced_wasserstein_sphere_unif(
                z, projections=frames, n_projections=DIRECTIONS) ** 2

        value, gradient = value_and_gradient(squared, points[f"codes.sphere.{size}"])
        values[str(size)], tensors[f"gradients.spherical.{size}"] = value, gradient
    return values, tensors


# Epps-Pulley: the integral of |psi - phi|² exp(-t²/2) over [-3, 3] by SciPy's adaptive rule, and by
# its trapezoid rule on 17 knots; codes and prior scaled to unit variance.


def characteristic(prior: str, size: int, t: np.ndarray) -> np.ndarray:
    if prior == "normal":
        return np.exp(-(t**2) / 2)
    one, scale = law(prior, size), math.sqrt(size)
    return np.array([one.expect(lambda u: math.cos(s * scale * u), epsabs=1e-12) for s in t])


def epps_pulley_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    directions = points["directions.8"]
    for prior in PRIORS:
        scale = math.sqrt(8) if prior == "sphere" else 1.0
        codes, draws = points[f"codes.{prior}.8"], points[f"draws.{prior}.8"]
        projected = (codes @ directions).numpy() * scale
        smooth = np.polynomial.chebyshev.Chebyshev.interpolate(
            lambda t: characteristic(prior, 8, t), 40, domain=[0, 3])

        def integrand(t: float, column: np.ndarray) -> float:
            gap = np.exp(1j * t * column).mean() - smooth(t)
            return abs(gap) ** 2 * math.exp(-t * t / 2)

        values[f"{prior}.integral"] = np.mean(
            [2 * quad(integrand, 0, 3, args=(c,), epsrel=1e-10)[0] for c in projected.T])
        grid = np.linspace(-3, 3, 33)
        t = torch.from_numpy(grid)
        phi = torch.from_numpy(characteristic(prior, 8, grid))

        def statistic(z: Tensor, expected=None) -> Tensor:
            found = torch.exp(1j * t[:, None, None] * (z @ directions) * scale).mean(1)
            gap = found - (phi[:, None] if expected is None else expected)
            weighted = (gap.real**2 + gap.imag**2) * torch.exp(-t * t / 2)[:, None]
            return torch.trapezoid(weighted, t, dim=0).mean()

        drawn = torch.exp(1j * t[:, None, None] * (draws @ directions) * scale).mean(1)
        for name, expected in (("law", None), ("draws", drawn)):
            value, gradient = value_and_gradient(lambda z: statistic(z, expected), codes)
            values[f"{prior}.{name}"] = value
            tensors[f"gradients.epps_pulley.{prior}.{name}"] = gradient
    return values, tensors


# VISReg: torch's population standard deviation, POT's one-dimensional transport for the shape.


def visreg_fixtures(points: dict[str, Tensor]) -> tuple[dict, dict]:
    values, tensors = {}, {}
    directions = points["directions.8"]
    for prior in PRIORS:
        scale = math.sqrt(8) if prior == "sphere" else 1.0
        targets = torch.from_numpy(law(prior, 8).ppf((np.arange(COUNT) + 0.5) / COUNT) * scale)

        def terms(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            z = z * scale
            spread = z.std(0, unbiased=False)
            shape = (z - z.mean(0)) / (spread.detach() + 1e-4)
            each = ot.wasserstein_1d(
                shape @ directions, targets[:, None].expand(-1, DIRECTIONS).contiguous(), p=2)
            return z.mean(0).square().mean(), (1 - spread).square().mean(), each.mean()

        codes = points[f"codes.{prior}.8"]
        names = ("center", "scale", "shape")
        for name, term in zip(names, terms(codes)):
            values[f"{prior}.{name}"] = term.item()
        _, tensors[f"gradients.visreg.{prior}"] = value_and_gradient(
            lambda z: sum(terms(z)), codes)
    return values, tensors


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1804)
    points = make_points()
    tensors, summary = dict(points), {"count": COUNT, "directions": DIRECTIONS}
    families = {
        "cramer": cramer_fixtures, "cramer_wold": cramer_wold_fixtures,
        "spherical": spherical_fixtures, "epps_pulley": epps_pulley_fixtures,
        "visreg": visreg_fixtures,
    }
    for name, make in families.items():
        summary[name], gradients = make(points)
        tensors |= gradients
    summary["max_sliced"] = max_sliced_fixtures(points)
    summary["kernel"] = kernel_table()
    tensors = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, HERE / "slices.safetensors")
    (HERE / "slices.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
