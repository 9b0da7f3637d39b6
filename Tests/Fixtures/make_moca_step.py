"""Writes moca_step.safetensors and moca_step.json: twenty MoCA training steps of a small network.

The trajectory is float32 on one thread. The same steps in float64 tell how far rounding alone moves
the losses; the JSON carries the largest relative difference beside each step.
"""

import copy
import json
from pathlib import Path

import torch
from reference_network import Decoder, Encoder
from reference_step import MomentumContrastiveStep, model_input
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

HERE = Path(__file__).parent
WIDTH, LATENT_SIZE, BATCH_SIZE, QUEUE_CAPACITY = 4, 16, 8, 60
BATCH_COUNT, STEP_COUNT, SEED = 5, 20, 2110
SETTINGS = {"temperature": 0.1, "weight": 100.0, "momentum": 0.99, "learning_rate": 1e-3}


def smooth_images(count: int) -> Tensor:
    """uint8 [count, 32, 32, 3]: coarse random colours, enlarged, with a little pixel noise."""
    coarse = torch.rand(count, 3, 5, 5)
    images = functional.interpolate(coarse, size=32, mode="bicubic", align_corners=False)
    images = images + 0.03 * torch.randn(count, 3, 32, 32)
    return (images.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def named_state(prefix: str, module: nn.Module) -> dict[str, Tensor]:
    """Parameters and running statistics under dotted names, without the batch counters."""
    state = module.state_dict(prefix=f"{prefix}.")
    return {
        name: tensor.detach().clone()
        for name, tensor in state.items()
        if not name.endswith("num_batches_tracked")
    }


def first_step(step: MomentumContrastiveStep, images: Tensor) -> dict[str, Tensor]:
    """The gradients and outputs of a step that is not taken; the networks are copied before."""
    step = copy.deepcopy(step)
    terms = step.backward(images)
    networks = {"encoder": step.encoder, "decoder": step.decoder}
    tensors = {
        f"gradients.{prefix}.{name}": parameter.grad
        for prefix, network in networks.items()
        for name, parameter in network.named_parameters()
    }
    tensors["first.latents"] = terms.latents.detach()
    tensors["first.keys"] = terms.keys
    tensors["first.reconstructions"] = terms.reconstructions.detach()
    return tensors


def trajectory(step: MomentumContrastiveStep, images: Tensor, dtype: torch.dtype) -> list[dict]:
    """Takes the steps over the cycled batches and returns the losses of each."""
    history = []
    for index in range(STEP_COUNT):
        terms = step.backward(model_input(images[index % BATCH_COUNT], dtype))
        step.update(terms.keys)
        names = ("loss", "reconstruction", "contrastive")
        history.append({name: getattr(terms, name).item() for name in names})
    return history


def make_step(encoder: nn.Module, decoder: nn.Module, queue: Tensor, dtype: torch.dtype):
    """A fresh step on copies of the networks."""
    networks = (copy.deepcopy(network).to(dtype) for network in (encoder, decoder))
    return MomentumContrastiveStep(*networks, queue.to(dtype), **SETTINGS)


def absolute_sums(step: MomentumContrastiveStep) -> dict[str, float]:
    """The sum of absolute values of every parameter and running statistic."""
    state = {}
    for prefix in ("encoder", "decoder", "key_encoder"):
        state |= named_state(prefix, getattr(step, prefix))
    return {name: tensor.double().abs().sum().item() for name, tensor in state.items()}


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    encoder, decoder = Encoder(WIDTH, LATENT_SIZE), Decoder(WIDTH, LATENT_SIZE)
    queue = functional.normalize(torch.randn(QUEUE_CAPACITY, LATENT_SIZE))
    images = smooth_images(BATCH_COUNT * BATCH_SIZE).unflatten(0, (BATCH_COUNT, BATCH_SIZE))
    tensors = named_state("encoder", encoder) | named_state("decoder", decoder)
    tensors |= {"images": images, "queue.initial": queue}

    step = make_step(encoder, decoder, queue, torch.float32)
    tensors |= first_step(step, model_input(images[0]))
    history = trajectory(step, images, torch.float32)
    tensors["queue.final"] = step.queue

    precise = trajectory(make_step(encoder, decoder, queue, torch.float64), images, torch.float64)
    for record, exact in zip(history, precise):
        gaps = [abs(record[name] - exact[name]) / abs(exact[name]) for name in exact]
        record["float64_relative_difference"] = max(gaps)

    summary = {
        "settings": {
            "width": WIDTH, "latent_size": LATENT_SIZE, "image_size": 32, "channel_count": 3,
            "batch_size": BATCH_SIZE, "queue_capacity": QUEUE_CAPACITY, **SETTINGS,
            "betas": [0.9, 0.999], "adam_epsilon": 1e-8, "normalization_epsilon": 1e-5,
            "normalization_momentum": 0.1, "batch_count": BATCH_COUNT, "step_count": STEP_COUNT,
        },
        "steps": history,
        "final": {"queue_position": step.position, "absolute_sums": absolute_sums(step)},
    }
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(tensors, HERE / "moca_step.safetensors")
    (HERE / "moca_step.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
