"""Writes inception.safetensors and inception.json: the Inception network of the FID and its resizes.

The networks are those of pytorch-fid 0.3.0 and torch-fidelity 0.4.0, the resizes theirs, clean-fid
0.1.35's and Pillow's. All carry the same random weights, drawn in the order of their names from one
generator, so that no weights are stored. Features are stored as random projections, with the mean
and the norm of every feature; images as a checksum.

The packages are installed without what they ask for (PyPI's torchvision is a CUDA build):

    pip install --no-deps pytorch-fid==0.3.0 torch-fidelity==0.4.0 clean-fid==0.1.35 \\
        torchvision==0.28.0 requests==2.34.2 tqdm==4.70.1

Usage: make_inception.py CIFAR10_JPEG.tar.zst, the archive whose first 256 images are compared.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
import types
from pathlib import Path

# PyTorch's CPU build lacks the operators that this part of torchvision speaks of.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")

import numpy as np
import torch
from cleanfid.resize import build_resizer
from PIL import Image
from pytorch_fid import inception as pytorch_fid
from pytorch_fid.fid_score import calculate_frechet_distance
from safetensors.torch import save_file
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

WEIGHT_SEED, PROJECTION_SEED, IMAGE_SEED, SAMPLE_SEED = 2015, 16, 299, 4096
COUNT, FEW = 256, 32
SIDE = 299


def draw(name: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Values that keep activations of order one through the network."""
    value = torch.randn(shape, generator=generator)
    if name.endswith("running_var"):
        return 0.5 + value.abs()
    if name.endswith("bn.weight"):
        return 1 + 0.1 * value
    if name.endswith((".bias", "running_mean")):
        return 0.1 * value
    return value * (2 / value[0].numel()) ** 0.5


def random_state(template: dict[str, Tensor]) -> dict[str, Tensor]:
    """The template's tensors, drawn in the order of their names."""
    generator = torch.Generator().manual_seed(WEIGHT_SEED)
    state = dict(template)
    for name in sorted(template):
        if not name.endswith("num_batches_tracked"):
            state[name] = draw(name, template[name].shape, generator)
    return state


def make_networks() -> tuple[pytorch_fid.InceptionV3, FeatureExtractorInceptionV3, dict[str, Tensor]]:
    """pytorch-fid's and torch-fidelity's networks with the same state."""
    template = pytorch_fid._inception_v3(num_classes=1008, aux_logits=False, weights=None).state_dict()
    state = random_state(template)
    pytorch_fid.load_state_dict_from_url = lambda *_, **__: state
    first = pytorch_fid.InceptionV3([3]).eval()
    with tempfile.NamedTemporaryFile(suffix=".pth") as file:
        torch.save(state, file.name)
        second = FeatureExtractorInceptionV3(
            "inception", ["2048", "logits_unbiased"], feature_extractor_weights_path=file.name
        )
    return first, second, state


def noise(*shape: int) -> Tensor:
    """Bytes drawn uniformly."""
    generator = torch.Generator().manual_seed(IMAGE_SEED)
    return (torch.rand(shape, generator=generator) * 256).floor().to(torch.uint8)


def archive_images(path: str) -> Tensor:
    """The first images of the archive, uint8 [COUNT, 3, h, w]."""
    data = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
    images = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if member.name.endswith(".jpg") and len(images) < COUNT:
                image = Image.open(archive.extractfile(member)).convert("RGB")
                images.append(torch.from_numpy(np.array(image)).permute(2, 0, 1))
    return torch.stack(images)


def clean_resized(images: Tensor) -> Tensor:
    """clean-fid's 299 x 299 pixels, float32 in 0...255; grey becomes RGB as its loader does it."""
    resize = build_resizer("clean")
    rgb = images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    return torch.stack([torch.from_numpy(resize(image)).permute(2, 0, 1) for image in rgb])


def tensorflow_resized(images: Tensor) -> Tensor:
    """torch-fidelity's pixels."""
    return interpolate_bilinear_2d_like_tensorflow1x(
        images.float(), size=(SIDE, SIDE), align_corners=False
    )


def batched(function, images: Tensor) -> tuple[Tensor, ...]:
    with torch.no_grad():
        parts = [function(batch) for batch in images.split(FEW)]
    return tuple(torch.cat(part) for part in zip(*parts, strict=True))


class Extractors:
    """Features (and logits) of uint8 images in each of the three protocols, [n, 3, h, w]."""

    def __init__(self) -> None:
        self.pytorch_fid, self.torch_fidelity, self.state = make_networks()

    def legacy_pytorch(self, images: Tensor) -> tuple[Tensor]:
        return batched(lambda batch: (self.pytorch_fid(batch / 255)[0].flatten(1),), images)

    def legacy_tensorflow(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return batched(self.torch_fidelity, images)

    def clean(self, images: Tensor) -> tuple[Tensor]:
        def features(batch: Tensor) -> tuple[Tensor]:
            values = (clean_resized(batch) - 128) / 128
            for block in self.pytorch_fid.blocks:
                values = block(values)
            return (values.flatten(1),)

        return batched(features, images)


def projected(features: Tensor, count: int) -> Tensor:
    generator = torch.Generator().manual_seed(PROJECTION_SEED)
    matrix = torch.randn((features.shape[1], count), generator=generator) / features.shape[1] ** 0.5
    return features @ matrix


def moments(features: Tensor) -> dict[str, Tensor]:
    """What is stored of each feature."""
    return {"mean": features.mean(0), "norm": features.norm(dim=0)}


def frechet_distance(features: Tensor) -> float:
    """pytorch-fid's, of the first half of the images against the second, in 64 projections."""
    values = projected(features, 64).double().numpy()
    first, second = np.split(values, 2)
    moments = [(part.mean(0), np.cov(part, rowvar=False)) for part in (first, second)]
    return float(calculate_frechet_distance(*moments[0], *moments[1]))


def checksum(values: Tensor) -> int:
    """Depends on every byte and its place."""
    flat = values.to(torch.int64).flatten()
    return int((flat * (torch.arange(len(flat)) % 65521 + 1)).sum())


def sampled(values: Tensor) -> Tensor:
    """2048 of the elements."""
    generator = torch.Generator().manual_seed(SAMPLE_SEED)
    return values.flatten()[torch.randperm(values.numel(), generator=generator)[:2048]].contiguous()


def pillow(images: Tensor, height: int, width: int, bicubic: bool) -> Tensor:
    """Pillow's 8-bit resizing."""
    method = Image.Resampling.BICUBIC if bicubic else Image.Resampling.BILINEAR
    rows = images.permute(0, 2, 3, 1).numpy()
    resized = [np.array(Image.fromarray(row).resize((width, height), method)) for row in rows]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2)


def resizes(tensors: dict[str, Tensor], values: dict) -> None:
    sizes = {
        "32x32": (2, 3, 32, 32),
        "500x375": (1, 3, 375, 500),
        "grey": (2, 1, 28, 28),
        "299x299": (1, 3, 299, 299),
        "17x640": (1, 3, 640, 17),
    }
    values["resizes"] = {}
    for name, shape in sizes.items():
        images = noise(*shape)
        clean = clean_resized(images)[:, : shape[1]].round().to(torch.uint8)
        tensors[f"resize.{name}.tensorflow"] = sampled(tensorflow_resized(images))
        rgb = images.expand(-1, 3, -1, -1)
        values["resizes"][name] = {
            "shape": list(shape),
            "clean": checksum(clean),
            "bicubic": checksum(pillow(rgb, 224, 224, True)[:, : shape[1]]),
            "bilinear": checksum(pillow(rgb, 40, 70, False)[:, : shape[1]]),
        }


def main() -> None:
    torch.manual_seed(0)
    extractors = Extractors()
    tensors: dict[str, Tensor] = {}
    values: dict = {
        "weights": {
            name: list(tensor.shape)
            for name, tensor in sorted(extractors.state.items())
            if not name.endswith("num_batches_tracked")
        }
    }
    resizes(tensors, values)

    small = noise(6, 3, 32, 32)
    for mode in ("legacy_pytorch", "legacy_tensorflow", "clean"):
        tensors[f"noise.{mode}"] = projected(getattr(extractors, mode)(small)[0], 16)
    grey = noise(4, 1, 28, 28).expand(-1, 3, -1, -1)
    tensors["noise.grey"] = projected(extractors.legacy_tensorflow(grey)[0], 16)

    images = archive_images(sys.argv[1])
    values["archive"] = {"checksum": checksum(images), "count": len(images)}
    (features,) = extractors.legacy_pytorch(images)
    tensors["archive.legacy_pytorch"] = projected(features, 16)
    tensors |= {f"archive.{name}": value for name, value in moments(features).items()}
    values["archive"]["frechet_distance"] = frechet_distance(features)
    features, logits = extractors.legacy_tensorflow(images[:FEW])
    tensors["archive.legacy_tensorflow"] = projected(features, 16)
    tensors["archive.logits"] = projected(logits, 16)
    tensors["archive.clean"] = projected(extractors.clean(images[:FEW])[0], 16)

    folder = Path(__file__).parent
    save_file(tensors, folder / "inception.safetensors")
    (folder / "inception.json").write_text(json.dumps(values, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
