"""Writes controls.safetensors and controls.json: spectral normalisation, the penalties of the regularized
autoencoders and the losses of a plain GAN, all by torch.

`spectral_norm` is torch's own parametrisation; its start vectors are stored. The slope of a decoder is torch's
gradient of a gradient, in float64; the weights are rounded to float32 first.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

HERE = Path(__file__).parent
LATENT_SIZE, HIDDEN_SIZE, BATCH = 4, 16, 6
IMAGE = (1, 5, 5)


def spectral_fixtures() -> dict[str, Tensor]:
    """Two training passes and one in evaluation through each kind of layer, with the gradients of the second."""
    layers = {
        "linear": (nn.Linear(6, 4), torch.randn(5, 6)),
        "convolution": (nn.Conv2d(3, 4, 3, padding=1, bias=False), torch.randn(2, 3, 5, 5)),
        "transposed": (nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1), torch.randn(2, 3, 4, 4)),
    }
    tensors = {}
    for name, (layer, images) in layers.items():
        tensors |= {f"{name}.input": images, f"{name}.weight": layer.weight.detach().clone()}
        if layer.bias is not None:
            tensors[f"{name}.bias"] = layer.bias.detach().clone()
        layer = spectral_norm(layer)
        normalization = layer.parametrizations.weight[0]
        tensors |= {f"{name}.u": normalization._u.clone(), f"{name}.v": normalization._v.clone()}
        layer(images)
        output = layer(images)
        output.square().sum().backward()
        tensors |= {
            f"{name}.output": output.detach(),
            f"{name}.gradient": layer.parametrizations.weight.original.grad,
            f"{name}.u.after": normalization._u.clone(),
            f"{name}.v.after": normalization._v.clone(),
        }
        layer.eval()
        tensors[f"{name}.evaluated"] = layer(images).detach()
    return tensors


class Decoder(nn.Module):
    """The perceptron backbone's decoder with one hidden layer."""

    def __init__(self):
        super().__init__()
        count = IMAGE[0] * IMAGE[1] * IMAGE[2]
        self.layers = nn.ModuleList([nn.Linear(LATENT_SIZE, HIDDEN_SIZE), nn.Linear(HIDDEN_SIZE, count)])

    def forward(self, latents: Tensor) -> Tensor:
        hidden = torch.relu(self.layers[0](latents))
        return torch.sigmoid(self.layers[1](hidden)).reshape(-1, *IMAGE)


def autoencoder_fixtures() -> tuple[dict, dict]:
    """The slope of the decoder and its gradients; the squares of its weights."""
    decoder = Decoder()
    tensors = {f"decoder.{name}": value.detach().clone() for name, value in decoder.named_parameters()}
    codes = torch.randn(BATCH, LATENT_SIZE)
    tensors["codes"] = codes.clone()
    decoder, codes = decoder.double(), codes.double().requires_grad_()
    energy = decoder(codes).square().sum()
    (slopes,) = torch.autograd.grad(energy, codes, create_graph=True)
    slope = functional.mse_loss(slopes, torch.zeros_like(slopes))
    names, parameters = zip(*decoder.named_parameters())
    gradients = torch.autograd.grad(slope, [*parameters, codes], allow_unused=True)
    for name, gradient in zip([*names, "codes"], gradients):
        if gradient is not None:
            tensors[f"gradients.slope.{name}"] = gradient
    decay = sum(torch.linalg.matrix_norm(layer.weight).square() for layer in decoder.layers)
    mean_square = functional.mse_loss(codes, torch.zeros_like(codes))
    return tensors, {"slope": slope.item(), "decoder_squares": decay.item(), "mean_square": mean_square.item()}


def adversary_fixtures() -> tuple[dict, dict]:
    """Binary cross entropies of a linear critic on images and samples, and the samples' gradient."""
    count = IMAGE[0] * IMAGE[1] * IMAGE[2]
    critic = nn.Linear(count, 1)
    images, samples = torch.rand(BATCH, *IMAGE), torch.rand(BATCH, *IMAGE)
    tensors = {"critic.weight": critic.weight.detach().clone() * 4, "critic.bias": critic.bias.detach().clone()}
    tensors |= {"images": images, "samples": samples}
    critic.load_state_dict({"weight": tensors["critic.weight"], "bias": tensors["critic.bias"]})
    critic = critic.double()

    def entropy(values: Tensor, target: float) -> Tensor:
        logits = critic(values.flatten(1))
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    images, samples = images.double(), samples.double().requires_grad_()
    generator_loss = entropy(samples, 1)
    (gradient,) = torch.autograd.grad(generator_loss, samples)
    critic_loss = entropy(images, 1) + entropy(samples, 0)
    tensors["gradients.samples"] = gradient
    tensors["gradients.critic"] = torch.autograd.grad(critic_loss, critic.weight)[0]
    return tensors, {"generator_loss": generator_loss.item(), "critic_loss": critic_loss.item()}


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(2112)
    tensors = {f"spectral.{name}": value for name, value in spectral_fixtures().items()}
    decoder_tensors, penalties = autoencoder_fixtures()
    critic_tensors, losses = adversary_fixtures()
    tensors |= decoder_tensors | critic_tensors
    tensors = {name: value.detach().float().contiguous() for name, value in tensors.items()}
    save_file(tensors, HERE / "controls.safetensors")
    (HERE / "controls.json").write_text(json.dumps(penalties | losses, indent=1) + "\n")


if __name__ == "__main__":
    main()
