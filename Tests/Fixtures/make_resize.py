"""Writes resize.safetensors: Pillow's antialiased resizing of a centre crop.

What Pillow does to uint8 (reducing_gap None), and `two_pass` below repeats exactly: the filter is
widened by max(1, input/output); its weights are normalised and rounded to 22 fractional bits; the
rows are resized first and rounded to uint8, clamped, then the columns in the same way.

torch.nn.functional.interpolate(antialias=True) is NOT always equal, channels-last or planar. On
uint8 tensors its weights have 16 bits, so a few values (at most 1.1 % in twenty such images on an
AVX2 machine; none for bilinear 45 -> 64) differ by 1, rarely by 2. On float tensors rounded at the
end about one value in six differs, by up to 4 for bicubic, for want of the rounding and clamping
between the passes. The script prints the differences of this image.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

HEIGHT, WIDTH, CROP = 45, 61, 45
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
SUPPORTS = {"bilinear": 1.0, "bicubic": 2.0}


def smooth_image() -> Tensor:
    """uint8 [45, 61, 3]: coarse random colours, enlarged, some saturated, with pixel noise."""
    coarse = torch.rand(1, 3, 6, 8) * 1.4 - 0.2
    image = functional.interpolate(coarse, size=(HEIGHT, WIDTH), mode="bicubic")
    image = image + 0.06 * torch.randn(1, 3, HEIGHT, WIDTH)
    return (image.clamp(0, 1) * 255).round().to(torch.uint8)[0].permute(1, 2, 0).contiguous()


def pillow(image: Tensor, size: int, name: str) -> Tensor:
    """[H, W, 3] -> [size, size, 3]."""
    resized = Image.fromarray(image.numpy()).resize((size, size), FILTERS[name])
    return torch.from_numpy(np.array(resized))


def filter_value(name: str, distance: np.ndarray) -> np.ndarray:
    """The triangle, or the cubic convolution of Keys 1981 with a = -1/2."""
    x = np.abs(distance)
    if name == "bilinear":
        return np.maximum(0, 1 - x)
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def filter_weights(inputs: int, outputs: int, name: str) -> np.ndarray:
    """[outputs, inputs], each row summing to 1 before its rounding to 22 bits."""
    scale = inputs / outputs
    widening = max(scale, 1)
    support = SUPPORTS[name] * widening
    weights = np.zeros((outputs, inputs))
    for row in range(outputs):
        centre = (row + 0.5) * scale
        first, last = max(0, int(centre - support + 0.5)), min(inputs, int(centre + support + 0.5))
        values = filter_value(name, (np.arange(first, last) - centre + 0.5) / widening)
        weights[row, first:last] = values / values.sum()
    return np.trunc(weights * 2**22 + np.copysign(0.5, weights)) / 2**22


def two_pass(image: Tensor, size: int, name: str) -> Tensor:
    """Pillow's arithmetic, written out."""
    def as_byte(values: np.ndarray) -> np.ndarray:
        return np.floor(values + 0.5).clip(0, 255)

    height, width, _ = image.shape
    rows = np.einsum("oj,hjc->hoc", filter_weights(width, size, name), image.numpy())
    columns = np.einsum("oj,jwc->owc", filter_weights(height, size, name), as_byte(rows))
    return torch.from_numpy(as_byte(columns)).to(torch.uint8)


def interpolated(image: Tensor, size: int, name: str, dtype: torch.dtype) -> Tensor:
    """The same by torch's antialiased interpolation of a channels-last tensor."""
    planes = image.permute(2, 0, 1)[None].to(dtype)  # the strides of NHWC memory
    resized = functional.interpolate(
        planes, size=(size, size), mode=name, align_corners=False, antialias=True
    )
    return resized[0].permute(1, 2, 0)


def report_torch(crop: Tensor, expected: Tensor, name: str) -> None:
    """Prints how far torch's results are from Pillow's."""
    size = len(expected)
    for dtype in (torch.uint8, torch.float32):
        found = interpolated(crop, size, name, dtype).clamp(0, 255).round()
        gaps = (found.int() - expected.int()).abs()
        share = (gaps > 0).double().mean().item()
        print(f"{name} {size} {dtype}: largest difference {gaps.max()}, unequal {share:.4f}")


def main() -> None:
    torch.manual_seed(2110)
    image = smooth_image()
    left, top = (WIDTH - CROP) // 2, (HEIGHT - CROP) // 2
    crop = image[top : top + CROP, left : left + CROP].contiguous()
    tensors = {"image": image, "crop": crop}
    for name in FILTERS:
        for size in (32, 64):
            expected = pillow(crop, size, name)
            assert torch.equal(two_pass(crop, size, name), expected)
            report_torch(crop, expected, name)
            tensors[f"{name}.{size}"] = expected
    save_file(tensors, Path(__file__).with_name("resize.safetensors"))


if __name__ == "__main__":
    main()
