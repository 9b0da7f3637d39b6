"""Compares the event files of runs with what else is in the runs' folders, through the real TensorBoard.

    python read_events.py FOLDER_OF_RUNS

Scalars and pictures are read by TensorBoard's event accumulator; then its server is started on the folder, with each of
its two loaders, and asked for the scalars and for the table of the HParams page. Exit status 1 names every difference.
"""

import argparse
import io
import json
import struct
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from PIL import Image
from ruamel.yaml import YAML
from tensorboard import program
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

GROUPS = {
    "loss": ["loss", "reconstruction", "penalty", "criticLoss", "gradientRatio"],
    "schedule": ["epoch", "weight", "learningRate"],
    "speed": ["stepSeconds", "imagesPerSecond", "regularizerShare"],
}
LOADERS = ["false", "true"]  # TensorBoard's own in Python, and its data server
SECONDS_TO_LOAD = 60

Curves = dict[str, list[tuple[int, float]]]


def tag_of(name: str) -> str:
    for group, names in GROUPS.items():
        if name in names:
            return f"{group}/{name}"
    if name == "heldOutReconstruction":
        return "heldOut/reconstruction"
    if name.startswith("heldOut."):
        return "heldOut/" + name.removeprefix("heldOut.")
    return f"diagnostics/{name}"


def as_float32(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


def logged_curves(run: Path) -> Curves:
    """The curves of metrics.jsonl."""
    curves: Curves = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        values = json.loads(line)
        step = values.pop("step")
        for name, value in values.items():
            curves.setdefault(tag_of(name), []).append((step, as_float32(float(value))))
    return curves


def hyperparameters(run: Path) -> dict:
    """The configuration of run.yaml under dotted keys."""
    flat = {}

    def visit(value, key: str) -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                visit(member, f"{key}.{name}" if key else name)
        elif isinstance(value, list):
            flat[key] = json.dumps(value, separators=(",", ":"))
        elif value is not None:
            flat[key] = value

    tree = YAML(typ="safe").load(run / "run.yaml")
    visit({name: section for name, section in tree.items() if name not in ("record", "run")}, "")
    return flat


class Comparison:
    def __init__(self) -> None:
        self.differences: list[str] = []

    def equal(self, what: str, found, expected) -> None:
        if found != expected:
            self.differences.append(f"{what}: TensorBoard has {found!r}, expected {expected!r}")

    def curves(self, what: str, found: Curves, expected: Curves) -> int:
        self.equal(f"{what}, tags", sorted(found), sorted(expected))
        for tag in found.keys() & expected.keys():
            self.equal(f"{what}, {tag}", found[tag], expected[tag])
        return sum(len(points) for points in expected.values())

    def accumulator(self, run: Path) -> None:
        """Scalars and pictures of one run."""
        events = EventAccumulator(str(run), size_guidance={"scalars": 0, "images": 0}).Reload()
        tags = events.Tags()
        found = {tag: [(point.step, point.value) for point in events.Scalars(tag)] for tag in tags["scalars"]}
        points = self.curves(run.name, found, logged_curves(run))
        grids = sorted((run / "samples").glob("step-*.png"))
        self.equal(f"{run.name}, kinds of pictures", sorted(tags["images"]), ["reconstructions", "samples"])
        samples = events.Images("samples")
        self.equal(
            f"{run.name}, grids",
            [(picture.step, picture.encoded_image_string) for picture in samples],
            [(int(grid.stem.removeprefix("step-")), grid.read_bytes()) for grid in grids],
        )
        for picture in samples + events.Images("reconstructions"):
            image = Image.open(io.BytesIO(picture.encoded_image_string))
            image.load()
            self.equal(f"{run.name}, size of a picture", (picture.width, picture.height), image.size)
        print(f"{run.name}: {len(found)} curves of {points} points, {len(grids)} sample grids")

    def server(self, folder: Path, runs: list[Path], loader: str) -> None:
        """What the server shows with one of its loaders."""
        board = program.TensorBoard()
        board.configure(argv=["", "--logdir", str(folder), "--port", "0", "--load_fast", loader])
        url = board.launch().rstrip("/") + "/data/plugin"
        where = f"load_fast={loader}"
        expected = {run.name: logged_curves(run) for run in runs}
        wait_until_loaded(url, expected)
        for run in runs:
            self.curves(f"{where}, {run.name}", served_curves(url, run.name), expected[run.name])
        groups = {group["sessions"][0]["name"]: group for group in session_groups(url)}
        self.equal(f"{where}, sessions", sorted(groups), [run.name for run in runs])
        for run in runs:
            self.session(f"{where}, {run.name}", groups[run.name], hyperparameters(run), expected[run.name])
        differing = [info["name"] for info in experiment(url)["hparamInfos"] if info.get("differs")]
        print(f"{where}: HParams compares {len(groups)} runs, which differ in {', '.join(sorted(differing))}")

    def session(self, what: str, group: dict, expected: dict, curves: Curves) -> None:
        """One row of the HParams page."""
        self.equal(f"{what}, hyper-parameters", sorted(group["hparams"].items()), sorted(expected.items()))
        session = group["sessions"][0]
        self.equal(f"{what}, status", session["status"], "STATUS_SUCCESS")
        metrics = {
            value["name"]["tag"]: [(value.get("trainingStep", 0), value["value"])] for value in session["metricValues"]
        }
        self.curves(f"{what}, metrics", metrics, {tag: points[-1:] for tag, points in curves.items()})


def fetch(url: str, body: dict | None = None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def served_curves(url: str, run: str) -> Curves:
    curves = {}
    for tag in fetch(f"{url}/scalars/tags").get(run, {}):
        points = fetch(f"{url}/scalars/scalars?{urllib.parse.urlencode({'run': run, 'tag': tag})}")
        curves[tag] = [(step, float(value)) for _, step, value in points]
    return curves


def wait_until_loaded(url: str, expected: dict[str, Curves]) -> None:
    deadline = time.monotonic() + SECONDS_TO_LOAD
    while time.monotonic() < deadline:
        if all(len(served_curves(url, run)) == len(curves) for run, curves in expected.items()):
            if len(session_groups(url)) == len(expected):
                return
        time.sleep(0.5)


def session_groups(url: str) -> list[dict]:
    metrics = [{"metric": info["name"], "includeInResult": True} for info in experiment(url).get("metricInfos", [])]
    names = [{"hparam": info["name"], "includeInResult": True} for info in experiment(url).get("hparamInfos", [])]
    statuses = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
    request = {"colParams": names + metrics, "allowedStatuses": statuses, "startIndex": 0, "sliceSize": 100}
    return fetch(f"{url}/hparams/session_groups", request).get("sessionGroups", [])


def experiment(url: str) -> dict:
    return fetch(f"{url}/hparams/experiment", {})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    runs = sorted(path.parent for path in folder.glob("*/run.yaml"))
    comparison = Comparison()
    for run in runs:
        comparison.accumulator(run)
    for loader in LOADERS:
        comparison.server(folder, runs, loader)
    if comparison.differences or not runs:
        print("\n".join(comparison.differences or [f"{folder} holds no run"]))
        return 1
    print("TensorBoard shows what the run folders hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
