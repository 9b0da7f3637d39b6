"""Writes backbones.* and backbones_residual.safetensors: layers and networks in plain PyTorch.

Weights and inputs are rounded to float32 first; outputs and gradients are computed from those
values in float64. The loss is the sum of output * cos(0, 1, 2, ...), so that the gradients see
every output. Parameters carry the names that this package gives them; where PyTorch stores one in
another shape (patch embedding as a convolution, patches joined by a fold), it and its gradient are
permuted. Gradients of all parameters stand in one vector, by name. Networks are in training mode.
The JSON holds numbers of parameters at published widths, from modules on the "meta" device.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

HERE = Path(__file__).parent
BATCH, LATENT, FEATURES = 3, 3, 6


class TransposedSame(nn.Module):
    """TensorFlow's transposed convolution with "same" padding: all of the product, then a crop."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, bias: bool = False):
        super().__init__()
        self.convolution = nn.ConvTranspose2d(inputs, outputs, kernel, stride, bias=bias)

    def forward(self, maps: Tensor) -> Tensor:
        stride, kernel = self.convolution.stride[0], self.convolution.kernel_size[0]
        side, before = maps.shape[2] * stride, (kernel - stride) // 2
        return self.convolution(maps)[:, :, before : before + side, before : before + side]


def sequence(**modules: nn.Module) -> nn.Sequential:
    """A sequence whose parts have names."""
    result = nn.Sequential()
    for name, module in modules.items():
        result.add_module(name, module)
    return result


def convolutional_encoder(width: int, kernel: int, side: int, channels: int, features: int):
    sizes = [channels, width, 2 * width, 4 * width, 8 * width]
    stages = [
        sequence(
            convolution=nn.Conv2d(a, b, kernel, 2, (kernel - 1) // 2, bias=False),
            normalization=nn.BatchNorm2d(b),
            activation=nn.ReLU(),
        )
        for a, b in zip(sizes, sizes[1:])
    ]
    last = -(-side // 16) if kernel == 5 else side // 16
    head = nn.Linear(8 * width * last**2, features)
    return sequence(stages=nn.Sequential(*stages), flat=nn.Flatten(), projection=head)


def convolutional_decoder(
    width: int, kernel: int, side: int, channels: int, latent: int, norm: bool
):
    doublings = 2 if side <= 32 else 3
    base = side >> doublings
    sizes = [8 * width, 4 * width, 2 * width, width][: doublings + 1]
    stages = [
        sequence(
            convolution=TransposedSame(a, b, kernel, 2),
            normalization=nn.BatchNorm2d(b),
            activation=nn.ReLU(),
        )
        for a, b in zip(sizes, sizes[1:])
    ]
    return sequence(
        projection=nn.Linear(latent, 8 * width * base**2),
        maps=nn.Unflatten(1, (8 * width, base, base)),
        normalization=nn.BatchNorm2d(8 * width) if norm else nn.Identity(),
        activation=nn.ReLU(),
        stages=nn.Sequential(*stages),
        output=TransposedSame(sizes[-1], channels, kernel, 1, bias=True),
        sigmoid=nn.Sigmoid(),
    )


def infogan_encoder(width: int, hidden: int, side: int, channels: int, features: int):
    return sequence(
        input=nn.Conv2d(channels, width, 4, 2, 1),
        first=nn.LeakyReLU(0.2),
        convolution=nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
        normalization=nn.BatchNorm2d(2 * width),
        second=nn.LeakyReLU(0.2),
        flat=nn.Flatten(),
        hidden=sequence(
            linear=nn.Linear(2 * width * (side // 4) ** 2, hidden),
            normalization=nn.BatchNorm1d(hidden),
        ),
        third=nn.LeakyReLU(0.2),
        projection=nn.Linear(hidden, features),
    )


def infogan_decoder(width: int, hidden: int, side: int, channels: int, latent: int):
    base = side // 4
    count = 2 * width * base**2
    return sequence(
        hidden=sequence(linear=nn.Linear(latent, hidden), normalization=nn.BatchNorm1d(hidden)),
        first=nn.ReLU(),
        projection=sequence(linear=nn.Linear(hidden, count), normalization=nn.BatchNorm1d(count)),
        second=nn.ReLU(),
        maps=nn.Unflatten(1, (2 * width, base, base)),
        convolution=nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        normalization=nn.BatchNorm2d(width),
        third=nn.ReLU(),
        output=nn.ConvTranspose2d(width, channels, 4, 2, 1),
        sigmoid=nn.Sigmoid(),
    )


class ResidualBlock(nn.Module):
    """He et al. 2016, figure 4(e): full pre-activation."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.firstNormalization = nn.BatchNorm2d(inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.secondNormalization = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else None

    def forward(self, maps: Tensor) -> Tensor:
        active = torch.relu(self.firstNormalization(maps))
        change = self.second(torch.relu(self.secondNormalization(self.first(active))))
        return change + (maps if self.shortcut is None else self.shortcut(active))


class ResidualStage(nn.Module):
    def __init__(self, inputs: int, outputs: int, count: int):
        super().__init__()
        pairs = [(inputs, outputs)] + [(outputs, outputs)] * (count - 1)
        self.blocks = nn.Sequential(*(ResidualBlock(*pair) for pair in pairs))

    def forward(self, maps: Tensor) -> Tensor:
        return self.blocks(maps)


class ResidualEncoder(nn.Module):
    def __init__(
        self, width: int, sizes: list[int], blocks: int, base: int, channels: int, features: int
    ):
        super().__init__()
        self.input = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        pairs = zip([width, *sizes], sizes)
        self.stages = nn.ModuleList(ResidualStage(a, b, blocks) for a, b in pairs)
        self.normalization = nn.BatchNorm2d(sizes[-1])
        self.projection = nn.Linear(sizes[-1] * base**2, features)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.input(images)
        for stage in self.stages:
            maps = functional.avg_pool2d(stage(maps), 2)
        return self.projection(torch.relu(self.normalization(maps)).flatten(1))


class ResidualDecoder(nn.Module):
    def __init__(
        self, width: int, sizes: list[int], blocks: int, base: int, channels: int, latent: int
    ):
        super().__init__()
        sizes = sizes[::-1]
        self.start = (sizes[0], base, base)
        self.projection = nn.Linear(latent, sizes[0] * base**2)
        pairs = zip(sizes, [*sizes[1:], width])
        self.stages = nn.ModuleList(ResidualStage(a, b, blocks) for a, b in pairs)
        self.normalization = nn.BatchNorm2d(width)
        self.output = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        maps = self.projection(latents).unflatten(1, self.start)
        for stage in self.stages:
            maps = stage(functional.interpolate(maps, scale_factor=2, mode="nearest"))
        return torch.sigmoid(self.output(torch.relu(self.normalization(maps))))


def transformer_layer(width: int, heads: int) -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        width, heads, 4 * width, dropout=0, activation="gelu", batch_first=True, norm_first=True
    )


class VisionEncoder(nn.Module):
    """Patches by a strided convolution."""

    def __init__(self, width, depth, heads, patch, size: tuple[int, int], channels, features):
        super().__init__()
        self.embedding = nn.Conv2d(channels, width, patch, patch)
        count = size[0] // patch * (size[1] // patch)
        self.positions = nn.Parameter(0.02 * torch.randn(count, width))
        self.blocks = nn.Sequential(*(transformer_layer(width, heads) for _ in range(depth)))
        self.normalization = nn.LayerNorm(width)
        self.featureNormalization = nn.BatchNorm1d(width)
        self.projection = nn.Linear(width, features)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.embedding(images).flatten(2).transpose(1, 2) + self.positions
        pooled = self.normalization(self.blocks(tokens)).mean(1)
        return self.projection(self.featureNormalization(pooled))


class VisionDecoder(nn.Module):
    """Patches joined by a fold, which wants the channels outermost in a patch."""

    def __init__(self, width, depth, heads, patch, size: tuple[int, int], channels, latent):
        super().__init__()
        self.patch, self.size, self.count = patch, size, size[0] // patch * (size[1] // patch)
        self.projection = nn.Linear(latent, self.count * width)
        self.positions = nn.Parameter(0.02 * torch.randn(self.count, width))
        self.blocks = nn.Sequential(*(transformer_layer(width, heads) for _ in range(depth)))
        self.normalization = nn.LayerNorm(width)
        self.output = nn.Linear(width, patch * patch * channels)

    def forward(self, latents: Tensor) -> Tensor:
        tokens = self.projection(latents).unflatten(1, (self.count, -1)) + self.positions
        patches = torch.sigmoid(self.output(self.normalization(self.blocks(tokens))))
        return functional.fold(patches.transpose(1, 2), self.size, self.patch, stride=self.patch)


RENAMED = {  # in this order
    "self_attn.in_proj_weight": "attention.input.weight",
    "self_attn.in_proj_bias": "attention.input.bias",
    "self_attn.out_proj": "attention.output",
    "in_proj_weight": "input.weight",
    "in_proj_bias": "input.bias",
    "out_proj": "output",
    "norm1": "attentionNormalization",
    "norm2": "hiddenNormalization",
    "linear1": "expansion",
    "linear2": "contraction",
}


def stored(name: str, tensor: Tensor, kind: str) -> tuple[str, Tensor]:
    """A parameter (or its gradient) under the name and in the shape of this package."""
    for old, new in RENAMED.items():
        if old in name:
            name = name.replace(old, new)
            break
    if kind == "infogan.encoder" or kind == "residual.decoder":
        biased = {"infogan.encoder": "input", "residual.decoder": "output"}[kind]
        name = name.replace(f"{biased}.weight", f"{biased}.convolution.weight")
    if kind.startswith("convolutional.decoder"):
        name = name.replace("convolution.convolution", "convolution")
        name = name.replace("output.convolution", "output")
    if kind == "vit.encoder" and name == "embedding.weight":  # [w, c, p, p] -> [w, p p c]
        tensor = tensor.permute(0, 2, 3, 1).flatten(1)
    if kind == "vit.decoder" and name.startswith("output."):  # [c p p, ...] -> [p p c, ...]
        tensor = tensor.unflatten(0, (-1, 4, 4)).movedim(0, 2).flatten(0, 2)
    return name, tensor


def record(kind: str, module: nn.Module, inputs: Tensor, call=None) -> dict[str, Tensor]:
    """Parameters, input, output and gradients."""
    module = module.double().train()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.dim() == 1:  # away from ones and zeros
                parameter.add_(0.1 * torch.randn_like(parameter))
            parameter.copy_(parameter.float())
    inputs = inputs.float().double().requires_grad_()
    output = (call or module)(inputs)
    target = torch.arange(output.numel()).double().cos().view_as(output)
    names, parameters = zip(*module.named_parameters())
    gradients = torch.autograd.grad((output * target).sum(), [inputs, *parameters])
    tensors = {"input": inputs, "output": output, "gradients.input": gradients[0]}
    tensors |= {
        f"parameters.{name}": value
        for name, value in (stored(*pair, kind) for pair in zip(names, parameters))
    }
    by_name = dict(stored(*pair, kind) for pair in zip(names, gradients[1:]))
    tensors["gradients"] = torch.cat([by_name[name].flatten() for name in sorted(by_name)])
    return {f"{kind}.{name}": value.detach() for name, value in tensors.items()}


def published_counts() -> dict[str, int]:
    """Parameters of both halves at the published (or default) widths."""
    def count(*modules: nn.Module) -> int:
        return sum(parameter.numel() for module in modules for parameter in module.parameters())

    def convolutional(kernel: int, side: int, size: int, norm: bool) -> int:
        encoder = convolutional_encoder(128, kernel, side, 3, size)
        return count(encoder, convolutional_decoder(128, kernel, side, 3, size, norm))

    def infogan(side: int, channels: int) -> int:
        encoder = infogan_encoder(64, 1024, side, channels, 128)
        return count(encoder, infogan_decoder(64, 1024, side, channels, 64))

    def residual(sizes: list[int]) -> int:
        halves = [kind(64, sizes, 1, 4, 3, 64) for kind in (ResidualEncoder, ResidualDecoder)]
        return count(*halves)

    with torch.device("meta"):
        vision = [kind(192, 6, 3, 4, (32, 32), 3, 64) for kind in (VisionEncoder, VisionDecoder)]
        return {
            "rae_cifar": convolutional(4, 32, 128, True),
            "celeba_normalized": convolutional(5, 64, 64, True),
            "celeba_rectified": convolutional(5, 64, 64, False),
            "infogan_28": infogan(28, 1),
            "infogan_32": infogan(32, 3),
            "residual_32": residual([64, 128, 256]),
            "residual_256": residual([64, 128, 256, 512, 512, 512]),
            "vit_32": count(*vision),
        }


def plain_fixtures(images: Tensor, latents: Tensor) -> dict[str, Tensor]:
    decoder = convolutional_decoder(1, 5, 28, 1, LATENT, True)
    tensors = record("convolutional.encoder", convolutional_encoder(1, 5, 28, 1, FEATURES), images)
    tensors |= record("convolutional.decoder", decoder, latents)
    decoder.normalization = nn.Identity()
    tensors["convolutional.decoder.rectified"] = decoder(latents.double())[:1].detach()
    decoder.activation = nn.Identity()
    tensors["convolutional.decoder.linear"] = decoder(latents.double())[:1].detach()
    tensors |= record("infogan.encoder", infogan_encoder(1, 5, 28, 1, FEATURES), images)
    return tensors | record("infogan.decoder", infogan_decoder(1, 5, 28, 1, LATENT), latents)


def residual_fixtures(images: Tensor, latents: Tensor) -> dict[str, Tensor]:
    tensors = record("residual.encoder", ResidualEncoder(1, [1, 2], 2, 7, 1, FEATURES), images)
    tensors |= record("residual.decoder", ResidualDecoder(1, [1, 2], 2, 7, 1, LATENT), latents)
    tokens = torch.randn(2, 5, 12)
    attention = nn.MultiheadAttention(12, 3, batch_first=True)
    tensors |= record("layer_norm", nn.LayerNorm(12), tokens)
    tensors |= record(
        "attention", attention, tokens, lambda x: attention(x, x, x, need_weights=False)[0]
    )
    tensors |= record("transformer_block", transformer_layer(12, 3), tokens)
    colour = torch.rand(BATCH, 3, 8, 12)
    tensors |= record("vit.encoder", VisionEncoder(8, 1, 2, 4, (8, 12), 3, FEATURES), colour)
    return tensors | record("vit.decoder", VisionDecoder(8, 1, 2, 4, (8, 12), 3, LATENT), latents)


def save(name: str, tensors: dict[str, Tensor]) -> None:
    """Without the gradients of images, for their size, and with equal inputs once."""
    tensors = {key: value.float().contiguous() for key, value in tensors.items()}
    kept = {k: v for k, v in tensors.items() if v.dim() < 4 or not k.endswith("gradients.input")}
    images = next(value for key, value in kept.items() if key.endswith("encoder.input"))
    kept = {k: v for k, v in kept.items() if not (k.endswith(".input") and torch.equal(v, images))}
    save_file(kept | {"images": images}, HERE / name)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1903)
    images, latents = torch.rand(BATCH, 1, 28, 28), torch.randn(BATCH, LATENT)
    save("backbones.safetensors", plain_fixtures(images, latents))
    save("backbones_residual.safetensors", residual_fixtures(images, latents))
    (HERE / "backbones.json").write_text(json.dumps(published_counts(), indent=1) + "\n")


if __name__ == "__main__":
    main()
