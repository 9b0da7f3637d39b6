"""Writes image_scores.safetensors and image_scores.json: scores of images from features, by other packages.

Precision, recall, density and coverage by prdc, the kernel distance, Inception score and Frechet distance by
torch-fidelity, the Frechet distance once more through SciPy's matrix root, nearest neighbours by scikit-learn, the
rank test, the Laplacian and the regression by SciPy, the sliced distance by POT. torchvision and requests, which torch-fidelity imports for its networks, are not used; stand-ins take their places.

    pip install --no-deps prdc==0.2 torch-fidelity==0.4.0 tqdm
"""

import json
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import ot
import torch
from safetensors.torch import save_file
from scipy import linalg, signal, stats
from sklearn.neighbors import NearestNeighbors

for name in ("torchvision", *(f"torchvision.{part}" for part in ("datasets", "models", "transforms", "transforms.functional")),
             "requests"):
    sys.modules.setdefault(name, mock.MagicMock(__path__=[], __spec__=None))

from prdc import compute_prdc  # noqa: E402
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric  # noqa: E402
from torch_fidelity.metric_isc import isc_features_to_metric  # noqa: E402
from torch_fidelity.metric_kid import kid_features_to_metric  # noqa: E402
from torch_fidelity.metric_prc import prc_features_to_metric  # noqa: E402

HERE = Path(__file__).parent
FEATURES, SUBSETS, SUBSET_SIZE, SEED = 16, 6, 100, 2020


def make_features() -> dict[str, torch.Tensor]:
    """Features like those of a network: correlated, not negative, away from the origin."""
    mixing = torch.randn(FEATURES, FEATURES) / 4

    def draw(count: int, shift: float, spread: float) -> torch.Tensor:
        return torch.relu(torch.randn(count, FEATURES) @ mixing * spread + 1 + shift)

    tensors = {"generated": draw(240, 0.1, 0.9), "reference": draw(300, 0, 1), "held_out": draw(150, 0, 1)}
    # Twenty images of the reference set are copied almost, four exactly.
    tensors["generated"][:20] = tensors["reference"][40:60] + 0.01 * torch.randn(20, FEATURES)
    tensors["generated"][:4] = tensors["reference"][40:44]
    tensors["logits"] = torch.randn(205, 10) * 3
    tensors["images"] = torch.randint(0, 256, (6, 3, 12, 14), dtype=torch.uint8)
    tensors["images"][5] = 77
    directions = torch.randn(FEATURES, 40)
    tensors["directions"] = directions / directions.norm(dim=0)
    return tensors


def frechet(tensors: dict[str, torch.Tensor]) -> dict[str, float]:
    first, second = (tensors[name].double() for name in ("generated", "reference"))
    statistics = [fid_features_to_statistics(features) for features in (first, second)]
    value = fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]
    (mean, covariance), (other_mean, other) = (
        (np.mean(x.numpy(), 0), np.cov(x.numpy(), rowvar=False)) for x in (first, second))
    root = linalg.sqrtm(covariance @ other)
    again = np.sum((mean - other_mean) ** 2) + np.trace(covariance + other - 2 * root.real)
    np.testing.assert_allclose(value, again, rtol=1e-8)
    return {"torch_fidelity": value, "scipy": float(again)}


def kernel(tensors: dict[str, torch.Tensor]) -> dict[str, float]:
    """The subsets are those that torch-fidelity draws with the same seed."""
    first, second = tensors["generated"], tensors["reference"]
    random = np.random.RandomState(SEED)
    pairs = [[torch.from_numpy(random.choice(len(features), SUBSET_SIZE, replace=False))
              for features in (first, second)] for _ in range(SUBSETS)]
    for index, name in enumerate(("generated", "reference")):
        tensors[f"subsets.{name}"] = torch.stack([pair[index] for pair in pairs])
    found = kid_features_to_metric(
        first.double(), second.double(), kid_subsets=SUBSETS, kid_subset_size=SUBSET_SIZE, rng_seed=SEED,
        verbose=False)
    return {"mean": found["kernel_inception_distance_mean"], "std": found["kernel_inception_distance_std"]}


def inception(logits: torch.Tensor) -> dict[str, float]:
    found = isc_features_to_metric(logits, splits=10, shuffle=False)
    return {"mean": found["inception_score_mean"], "std": found["inception_score_std"]}


def manifolds(tensors: dict[str, torch.Tensor]) -> dict[str, dict[str, float]]:
    """By prdc for both numbers of neighbours and types, and for sets of equal size."""
    generated, reference = tensors["generated"].numpy(), tensors["reference"].numpy()
    cases = {"unequal": (reference, generated), "equal": (reference[:240], generated),
             "same": (reference, reference)}
    result = {f"{name}.{k}": {key: float(value) for key, value in compute_prdc(*pair, nearest_k=k).items()}
              for name, pair in cases.items() for k in (3, 5)}
    closed = prc_features_to_metric(
        tensors["generated"].double(), tensors["reference"].double(), prc_neighborhood=3, prc_batch_size=10000,
        save_cpu_ram=False, verbose=False)
    result["torch_fidelity.3"] = {key: closed[key] for key in ("precision", "recall")}
    return result


def memorization(tensors: dict[str, torch.Tensor]) -> dict:
    generated, training, held = (
        tensors[name].double().numpy() for name in ("generated", "reference", "held_out"))
    neighbours = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(training)
    distances, indices = (part[:, 0] for part in neighbours.kneighbors(generated, n_neighbors=1))
    others = neighbours.kneighbors(training[indices], n_neighbors=2)[0][:, 1]
    unseen = NearestNeighbors(n_neighbors=1).fit(held).kneighbors(training[indices])[0][:, 0]
    own = neighbours.kneighbors(held, n_neighbors=1)[0][:, 0]
    # The four exact copies are at distance 0 but for rounding.
    distances = np.where(distances < 1e-6, 0, distances)
    test = stats.mannwhitneyu(distances, own, method="asymptotic", use_continuity=False, alternative="less")
    tensors["nearest"] = torch.from_numpy(indices)
    return {"authentic": float(np.mean(others < distances)), "closer": float(np.mean(distances < unseen)),
            "score": float(stats.norm.ppf(test.pvalue)), "copied": int(indices[0])}


def sharpness(images: torch.Tensor) -> dict[str, float]:
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    grey = np.einsum("nchw,c->nhw", images.numpy() / 255, [0.299, 0.587, 0.114])
    return {"colour": np.mean([np.var(signal.convolve2d(image, kernel, mode="valid")) for image in grey]),
            "grey": np.mean([np.var(signal.convolve2d(image[0] / 255, kernel, mode="valid"))
                             for image in images.numpy()])}


def sliced(tensors: dict[str, torch.Tensor]) -> float:
    first, second = tensors["generated"].double(), tensors["reference"][:240].double()
    distance = ot.sliced_wasserstein_distance(
        first.numpy(), second.numpy(), projections=tensors["directions"].double().numpy(), p=2)
    return 3 * FEATURES * float(distance) ** 2


def regression() -> dict:
    """A straight line in 1/N, by SciPy."""
    counts = [100, 150, 230, 340, 500, 800]
    distances = [7 + 300 / count + 0.05 * (-1) ** index for index, count in enumerate(counts)]
    line = stats.linregress([1 / count for count in counts], distances)
    return {"counts": counts, "distances": distances, "intercept": line.intercept, "slope": line.slope,
            "determination": line.rvalue ** 2}


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(4)
    tensors = make_features()
    summary = {"frechet": frechet(tensors), "kernel": kernel(tensors), "inception": inception(tensors["logits"]),
               "manifolds": manifolds(tensors), "memorization": memorization(tensors),
               "sharpness": sharpness(tensors["images"]), "sliced": sliced(tensors), "line": regression()}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, HERE / "image_scores.safetensors")
    (HERE / "image_scores.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
