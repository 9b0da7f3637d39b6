"""One training step of the momentum contrastive autoencoder, in plain PyTorch.

This is our reading of Arpit et al. (arXiv 2110.10303), with the momentum encoder and the queue of
He et al. 2020 (MoCo):

    z = normalize(enc(x)),  k = normalize(enc_k(x)) without gradients, on the same images
    reconstruction = mean over the batch of the sum of squared errors of an image
    contrastive    = cross entropy of [z.k, z.queue] / temperature with the first as the target
    loss           = reconstruction + weight * contrastive
    after Adam:      enc_k <- momentum * enc_k + (1 - momentum) * enc   (parameters, not buffers)
                     the keys overwrite the oldest rows of the queue
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass
class Terms:
    """What one forward pass yields."""

    latents: Tensor
    keys: Tensor
    reconstructions: Tensor
    reconstruction: Tensor
    contrastive: Tensor
    loss: Tensor


def model_input(images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """uint8 [N, H, W, C] -> [N, C, H, W] in [0, 1]; the memory stays channels-last."""
    return images.permute(0, 3, 1, 2).to(dtype) / 255


class MomentumContrastiveStep:
    """The two networks, the momentum encoder, the key queue and the optimizer.

    The momentum encoder starts equal to the encoder and normalises with the statistics of its own
    batch; its running statistics are its own.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        queue: Tensor,
        *,
        temperature: float,
        weight: float,
        momentum: float,
        learning_rate: float = 1e-3,
        fused: bool = False,
    ):
        self.encoder, self.decoder = encoder, decoder
        self.key_encoder = copy.deepcopy(encoder).requires_grad_(False)
        self.queue, self.position = queue.clone(), 0
        self.temperature, self.weight, self.momentum = temperature, weight, momentum
        parameters = [*encoder.parameters(), *decoder.parameters()]
        self.optimizer = torch.optim.Adam(
            parameters, lr=learning_rate, betas=(0.9, 0.999), eps=1e-8, fused=fused
        )

    def terms(self, images: Tensor) -> Terms:
        """The forward pass on images [N, C, H, W]."""
        latents = functional.normalize(self.encoder(images))
        with torch.no_grad():
            keys = functional.normalize(self.key_encoder(images))
        reconstructions = self.decoder(latents)
        reconstruction = (reconstructions - images).square().sum((1, 2, 3)).mean()
        positives = (latents * keys).sum(1, keepdim=True)
        logits = torch.cat([positives, latents @ self.queue.T], 1) / self.temperature
        targets = torch.zeros(len(logits), dtype=torch.long)
        contrastive = functional.cross_entropy(logits, targets)
        loss = reconstruction + self.weight * contrastive
        return Terms(latents, keys, reconstructions, reconstruction, contrastive, loss)

    def backward(self, images: Tensor) -> Terms:
        """Forward and backward, leaving the gradients on the parameters."""
        self.optimizer.zero_grad()
        terms = self.terms(images)
        terms.loss.backward()
        return terms

    @torch.no_grad()
    def update(self, keys: Tensor) -> None:
        """The optimizer, the momentum encoder, then the queue (which wraps round)."""
        self.optimizer.step()
        for slow, fast in zip(self.key_encoder.parameters(), self.encoder.parameters()):
            slow.mul_(self.momentum).add_(fast, alpha=1 - self.momentum)
        capacity = len(self.queue)
        rows = (self.position + torch.arange(len(keys))) % capacity
        self.queue[rows] = keys
        self.position = (self.position + len(keys)) % capacity
