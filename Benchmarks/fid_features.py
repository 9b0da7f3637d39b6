"""Times pytorch-fid's features, for comparison with the Swift ones (Sources/fid-features).

    fid_features.py prepare ARCHIVE FOLDER      images and random weights as FOLDER/*.safetensors
    fid_features.py time FOLDER [--threads 2]   pytorch-fid 0.3.0 on them: one line of JSON
    fid_features.py compare FIRST SECOND        FID of the halves of the images by two files of features
    fid_features.py rounds FOLDER PROGRAM [--rounds 5]
                                                both in turn, float32 and bfloat16, and the ratios

Packages: see Tests/Fixtures/make_inception.py. The machine's noise hits all alike, since they
alternate; the median of the rounds is the figure.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Fixtures"))

BATCH = 50  # pytorch-fid's default


def prepare(archive: str, folder: Path) -> None:
    from make_inception import archive_images, make_networks
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = make_networks()[2]
    weights = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    save_file(weights, folder / "weights.safetensors")
    save_file({"images": archive_images(archive).contiguous()}, folder / "images.safetensors")


def measure(folder: Path, threads: int) -> None:
    import torch
    from make_inception import make_networks
    from safetensors.torch import load_file, save_file

    torch.set_num_threads(threads)
    images = load_file(folder / "images.safetensors")["images"]
    network = make_networks()[0]
    with torch.no_grad():
        network(images[:BATCH] / 255)
        start = time.perf_counter()
        features = torch.cat([network(batch / 255)[0].flatten(1) for batch in images.split(BATCH)])
        seconds = time.perf_counter() - start
    save_file({"features": features.contiguous()}, folder / "pytorch.safetensors")
    print(json.dumps({"seconds": seconds, "images": len(images)}))


def compare(first: str, second: str) -> None:
    from make_inception import frechet_distance
    from safetensors.torch import load_file

    values = [load_file(path)["features"] for path in (first, second)]
    distances = [frechet_distance(value) for value in values]
    gap = ((values[0] - values[1]).norm() / values[1].norm()).item()
    print(json.dumps({"features": gap, "distances": distances, "ratio": distances[0] / distances[1]}))


def rounds(folder: Path, program: str, count: int) -> None:
    def seconds(*command: str) -> float:
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["seconds"]

    files = [str(folder / "images.safetensors"), str(folder / "weights.safetensors")]
    times: dict[str, list[float]] = {"pytorch-fid": [], "float32": [], "bfloat16": []}
    for _ in range(count):
        times["pytorch-fid"].append(seconds(sys.executable, __file__, "time", str(folder)))
        for precision in ("float32", "bfloat16"):
            output = f"output={folder / precision}.safetensors"
            times[precision].append(seconds(program, *files, f"precision={precision}", output))
        print({name: round(values[-1], 2) for name, values in times.items()}, flush=True)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print({name: round(value, 2) for name, value in medians.items()})
    for name, other in (("float32", "pytorch-fid"), ("bfloat16", "pytorch-fid"), ("bfloat16", "float32")):
        ratios = [b / a for a, b in zip(times[name], times[other], strict=True)]
        print(f"{name} is {statistics.median(ratios):.2f} times as fast as {other}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["prepare", "time", "compare", "rounds"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    paths = arguments.paths
    if arguments.action == "prepare":
        prepare(paths[0], Path(paths[1]))
    elif arguments.action == "time":
        measure(Path(paths[0]), arguments.threads)
    elif arguments.action == "compare":
        compare(paths[0], paths[1])
    else:
        rounds(Path(paths[0]), paths[1], arguments.rounds)


if __name__ == "__main__":
    main()
