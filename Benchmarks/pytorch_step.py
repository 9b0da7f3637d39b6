"""Times the MoCA training step in PyTorch, for comparison with the Swift one.

The network and the step are those of the fixtures (Tests/Fixtures/reference_*.py). A step is the
whole of it: uint8 images to floats, forward, backward, Adam, momentum encoder, queue. Images are
random and made beforehand. Prints one line of JSON.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Fixtures"))
from reference_network import Decoder, Encoder  # noqa: E402
from reference_step import MomentumContrastiveStep, model_input  # noqa: E402

IMAGE_SIZE, CHANNEL_COUNT, BATCH_COUNT = 32, 3, 4


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=64, help="base channels of the network")
    parser.add_argument("--batch", type=int, default=100, help="images per step")
    parser.add_argument("--latent", type=int, default=128, help="latent size")
    parser.add_argument("--queue", type=int, default=16384, help="keys in the queue")
    parser.add_argument("--threads", type=int, default=2, help="threads within an operation")
    parser.add_argument("--steps", type=int, default=20, help="timed steps")
    parser.add_argument("--warmup", type=int, default=3, help="untimed steps before")
    return parser.parse_args()


def make_step(arguments: argparse.Namespace) -> MomentumContrastiveStep:
    """Networks in channels-last memory, a fused Adam, a queue of random unit keys."""
    networks = (
        network(arguments.width, arguments.latent).to(memory_format=torch.channels_last)
        for network in (Encoder, Decoder)
    )
    queue = functional.normalize(torch.randn(arguments.queue, arguments.latent))
    return MomentumContrastiveStep(
        *networks, queue, temperature=0.1, weight=100.0, momentum=0.999, fused=True
    )


def timed(step: MomentumContrastiveStep, images: torch.Tensor) -> float:
    """Seconds of one step on uint8 images [N, H, W, C]; reading the loss is part of it."""
    start = time.perf_counter()
    terms = step.backward(model_input(images))
    step.update(terms.keys)
    terms.loss.item()
    return time.perf_counter() - start


def peak_rss_mib() -> float:
    """The process's largest resident size; the unit of ru_maxrss is KiB, on macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    step = make_step(arguments)
    shape = (BATCH_COUNT, arguments.batch, IMAGE_SIZE, IMAGE_SIZE, CHANNEL_COUNT)
    batches = torch.randint(0, 256, shape, dtype=torch.uint8)
    seconds = [
        timed(step, batches[index % BATCH_COUNT])
        for index in range(arguments.warmup + arguments.steps)
    ]
    print(json.dumps({
        "median_seconds": statistics.median(seconds[arguments.warmup:]),
        "steps": arguments.steps,
        "peak_rss_mib": round(peak_rss_mib(), 1),
    }))


if __name__ == "__main__":
    main()
