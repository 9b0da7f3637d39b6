"""Writes transport.safetensors and transport.json: debiased entropic transport, by POT.

The cost is |x - y|^2 and the entropy is relative to the product of the uniform weights:
OT = min <P, C> + reg KL(P | a b^T), which is POT's `ot.solve(..., reg_type="KL")`. (POT's
`empirical_sinkhorn_divergence` leaves the entropy out of its value and is another number.) Gradients are
POT's own: the envelope theorem at convergence, through torch.
"""

import json
from pathlib import Path

import ot
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

HERE = Path(__file__).parent
CODE_COUNT, POPULATION_COUNT, DIMENSION = 24, 36, 8
KERNEL_SCALE = {"sphere": 2.0, "normal": 2.0 * DIMENSION}
REGULARIZATIONS = {"wide": 0.2, "narrow": 0.05}
FORBIDDEN = 1e6  # a cost that no plan pays, relative to the kernel scale


def transport(first: Tensor, second: Tensor, epsilon: float, excludes: bool = False) -> Tensor:
    """The regularised cost of uniform weights; with `excludes` the diagonal is forbidden."""
    costs = ot.dist(first, second, metric="sqeuclidean")
    if excludes:
        # The plan is over pairs i != j: its reference is uniform over them, not over all.
        costs = costs + torch.diag(torch.full((len(first),), FORBIDDEN, dtype=costs.dtype))
    solution = ot.solve(costs, reg=epsilon, reg_type="KL", max_iter=5_000, tol=1e-11, grad="envelope")
    count = len(first)
    correction = epsilon * torch.log(torch.tensor(count / (count - 1))) if excludes else 0.0
    return solution.value - correction


def divergence(codes: Tensor, draws: Tensor, epsilon: float, excludes: bool) -> Tensor:
    own = transport(codes, codes, epsilon, excludes)
    reference = transport(draws, draws, epsilon, excludes)
    return transport(codes, draws, epsilon) - (own + reference) / 2


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2111)
    tensors, values = {}, {}
    for prior in KERNEL_SCALE:
        codes = torch.randn(CODE_COUNT, DIMENSION) * 0.7 + 0.3
        stored = torch.randn(POPULATION_COUNT, DIMENSION) * 1.2 - 0.2
        draws = torch.randn(CODE_COUNT + POPULATION_COUNT, DIMENSION)
        points = {"codes": codes, "population": stored, "draws": draws}
        if prior == "sphere":
            points = {name: functional.normalize(value) for name, value in points.items()}
        tensors |= {f"{name}.{prior}": value for name, value in points.items()}
        for width, ratio in REGULARIZATIONS.items():
            epsilon = ratio * KERNEL_SCALE[prior]
            for estimator in ("standard", "corrected"):
                for sample in ("batch", "population"):
                    name = f"{prior}.{width}.{estimator}.{sample}"
                    live = points["codes"].double().requires_grad_()
                    rows = [live] + ([points["population"].double()] if sample == "population" else [])
                    everything = torch.cat(rows)
                    targets = points["draws"].double()[: len(everything)]
                    value = divergence(everything, targets, epsilon, estimator == "corrected")
                    (gradient,) = torch.autograd.grad(value, live)
                    values[name] = value.item()
                    # A population is stored without gradients; the batch pulls for all of it.
                    tensors[f"gradients.{name}"] = gradient.float() * len(everything) / CODE_COUNT
    save_file({name: value.float().contiguous() for name, value in tensors.items()}, HERE / "transport.safetensors")
    summary = {"kernel_scale": KERNEL_SCALE, "regularizations": REGULARIZATIONS, "values": values}
    (HERE / "transport.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
