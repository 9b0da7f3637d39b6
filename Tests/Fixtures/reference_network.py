"""The encoder and decoder of the reference step, in plain PyTorch.

Layout: the CIFAR-10 network of Ghosh et al. 2020 (RAE), with a free base width and image size.
Weights use torch's default initialisers; batch normalisation has eps 1e-5 and momentum 0.1.
"""

import torch
from torch import Tensor, nn


class Stage(nn.Module):
    """Convolution or its transpose (kernel 4, stride 2, padding 1), batch normalisation, ReLU."""

    def __init__(self, convolution: type[nn.Module], inputs: int, outputs: int):
        super().__init__()
        self.convolution = convolution(inputs, outputs, 4, stride=2, padding=1, bias=False)
        self.normalization = nn.BatchNorm2d(outputs)

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(self.normalization(self.convolution(features)))


class Encoder(nn.Module):
    """[N, C, S, S] -> [N, d]: four halving stages, then a linear map of the NCHW-flat features."""

    def __init__(self, width: int, latent_size: int, channel_count: int = 3, image_size: int = 32):
        super().__init__()
        channels = [channel_count, width, 2 * width, 4 * width, 8 * width]
        self.stages = nn.ModuleList(
            Stage(nn.Conv2d, before, after) for before, after in zip(channels, channels[1:])
        )
        self.projection = nn.Linear(8 * width * (image_size // 16) ** 2, latent_size)

    def forward(self, images: Tensor) -> Tensor:
        features = images
        for stage in self.stages:
            features = stage(features)
        return self.projection(features.flatten(1))


class Decoder(nn.Module):
    """[N, d] -> [N, C, S, S] in (0, 1): a linear map to S/4 x S/4, then two doubling stages.

    The output layer (kernel 4, stride 1, padding 1) yields S+1 pixels a side; the last row and
    column are cropped before the sigmoid.
    """

    def __init__(self, width: int, latent_size: int, channel_count: int = 3, image_size: int = 32):
        super().__init__()
        self.image_size = image_size
        self.start = (8 * width, image_size // 4, image_size // 4)
        self.projection = nn.Linear(latent_size, 8 * width * (image_size // 4) ** 2)
        self.normalization = nn.BatchNorm2d(8 * width)
        self.stages = nn.ModuleList(
            Stage(nn.ConvTranspose2d, before, before // 2) for before in (8 * width, 4 * width)
        )
        self.output = nn.ConvTranspose2d(2 * width, channel_count, 4, stride=1, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        features = self.projection(latents).unflatten(1, self.start)
        features = torch.relu(self.normalization(features))
        for stage in self.stages:
            features = stage(features)
        size = self.image_size
        return torch.sigmoid(self.output(features)[:, :, :size, :size])
