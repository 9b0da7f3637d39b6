"""Reference features of DINOv2's network, from timm and Pillow.

    pip install --no-deps timm==1.0.31 torchvision && python make_dino.py

A small network (width 64, 2 blocks, 2 heads) with everything else as published: 1370 positions, patches of 14 pixels,
LayerScale, epsilon 1e-6. Its weights are not stored: `weights()` draws them as the Swift tests do. The position embedding
is interpolated by torch as the published code asks for it. Writes dino.safetensors and dino.json (the names and shapes of
ViT-B/14 and ViT-L/14).
"""

import json
import pathlib
import sys
import types

sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))

import numpy
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent
torch.set_num_threads(1)
MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


def build(image_size, **size):
    return timm.models.vision_transformer.VisionTransformer(
        img_size=image_size, patch_size=14, num_classes=0, init_values=1e-5, global_pool="token", **size).eval()


def weights(shapes):
    """The tensors by name, drawn in the order of names from one generator."""
    generator = torch.Generator().manual_seed(14)
    tensors = {}
    for name in sorted(shapes):
        shape = shapes[name]
        draw = torch.randn(shape, generator=generator)
        if name.endswith("weight") and len(shape) > 1:
            draw = draw / numpy.prod(shape[1:]) ** 0.5
        elif "norm" in name and name.endswith("weight"):
            draw = 1 + 0.1 * draw
        elif "gamma" in name:
            draw = 0.5 + 0.1 * draw
        else:
            draw = 0.2 * draw
        tensors[name] = draw
    return tensors


def positions_for_224(positions):
    """What the published code does: bicubic, with the scale of a grid that is 0.1 patches larger."""
    grid = positions[:, 1:].reshape(1, 37, 37, -1).permute(0, 3, 1, 2)
    scale = (16 + 0.1) / 37
    small = torch.nn.functional.interpolate(grid, scale_factor=(scale, scale), mode="bicubic")
    assert small.shape[-2:] == (16, 16)
    return torch.cat([positions[:, :1], small.permute(0, 2, 3, 1).reshape(1, 256, -1)], dim=1)


def resized(images):
    """[n, c, h, w] of uint8 to 224 by Pillow's bicubic filter on 8 bits, in three channels."""
    results = []
    for image in images.permute(0, 2, 3, 1).numpy():
        picture = Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
        picture = numpy.array(picture.resize((224, 224), Image.Resampling.BICUBIC).convert("RGB"))
        results.append(torch.from_numpy(picture).permute(2, 0, 1))
    return torch.stack(results)


def images(shape, seed):
    """Smooth blotches with some noise, so that a resize has something to do."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand([shape[0], shape[1], 5, 5], generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=shape[2:], mode="bilinear")
    noise = torch.rand(shape, generator=generator)
    return ((0.8 * smooth + 0.2 * noise) * 255).to(torch.uint8)


def names_and_shapes(**size):
    shapes = {name: list(tensor.shape) for name, tensor in build(518, **size).state_dict().items()}
    return shapes | {"mask_token": [1, size["embed_dim"]]}


def main():
    small = dict(embed_dim=64, depth=2, num_heads=2)
    shapes = {name: list(tensor.shape) for name, tensor in build(518, **small).state_dict().items()}
    tensors = weights(shapes)
    network = build(224, **small)
    network.load_state_dict(tensors | {"pos_embed": positions_for_224(tensors["pos_embed"])})
    stored = {}
    for name, picture in {
        "colour": images([3, 3, 32, 32], 1), "large": images([1, 3, 150, 110], 2), "grey": images([2, 1, 28, 28], 3),
    }.items():
        bytes_ = resized(picture)
        normalised = (bytes_.float() / 255 - MEAN) / DEVIATION
        with torch.no_grad():
            stored[f"{name}.features"] = network(normalised).contiguous()
        stored[f"{name}.images"] = picture
        stored[f"{name}.sample"] = bytes_[:, :, ::9, ::9].contiguous()
    save_file(stored, folder / "dino.safetensors")
    sizes = {
        "base": names_and_shapes(embed_dim=768, depth=12, num_heads=12),
        "large": names_and_shapes(embed_dim=1024, depth=24, num_heads=16),
    }
    # One block stands for all.
    listed = {
        size: {name: shape for name, shape in shapes.items() if not name.startswith("blocks.") or "blocks.0." in name}
        for size, shapes in sizes.items()
    }
    counts = {size: sum(int(numpy.prod(s)) for s in shapes.values()) for size, shapes in sizes.items()}
    (folder / "dino.json").write_text(json.dumps({"tensors": listed, "counts": counts}, indent=1, sort_keys=True) + "\n")
    print(counts, timm.__version__, torch.__version__)


main()
