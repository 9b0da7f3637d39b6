"""Draws the curves of several runs and prints their last held-out scores as a Markdown table.

    python Docs/Scripts/make_results.py OUTPUT.png RUN…

Reads metrics.jsonl and run.yaml of each run. Needs matplotlib and PyYAML.
"""

import json
import sys
from pathlib import Path

import matplotlib
import yaml

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

PANELS = [
    ("reconstruction", "training reconstruction error"),
    ("heldOutReconstruction", "held-out reconstruction error"),
    ("heldOut.slicedWasserstein", "held-out codes: distance to the prior"),
    ("heldOut.effectiveRank", "held-out codes: effective rank"),
]


def read(run: Path) -> tuple[dict, list[dict]]:
    """The configuration and the metrics of a run."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return yaml.safe_load((run / "run.yaml").read_text()), lines


def draw(runs: list[tuple[dict, list[dict]]], output: Path) -> None:
    """One panel for each metric, one line for each run; the dashed line is what the prior itself scores."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.5), constrained_layout=True)
    for axis, (key, title) in zip(axes.flat, PANELS):
        for configuration, lines in runs:
            points = [(line["step"], line[key]) for line in lines if key in line and line["step"] > 1]
            axis.plot(*zip(*points), label=configuration["regularizer"]["name"], linewidth=1.4)
        nulls = [line[key + ".null"] for _, lines in runs for line in lines if key + ".null" in line]
        if nulls:
            axis.axhline(nulls[-1], color="black", linestyle="--", linewidth=1, label="draws of the prior")
        axis.set(title=title, xlabel="step", yscale="log")
        axis.grid(alpha=0.3)
    handles, labels = axes.flat[2].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8)
    figure.savefig(output, dpi=90)


def row(configuration: dict, lines: list[dict]) -> str:
    """The last held-out scores of a run."""
    last = [line for line in lines if "heldOutReconstruction" in line][-1]
    cells = [
        configuration["regularizer"]["name"],
        configuration["memory"]["name"],
        f"{configuration['run']['weightInCommonUnit']:g}",
        f"{last['heldOutReconstruction']:.2f}",
        f"{last['heldOut.slicedWasserstein']:.3f} ({last['heldOut.slicedWasserstein.null']:.3f})",
        f"{last['heldOut.meanNorm']:.3f} ({last['heldOut.meanNorm.null']:.3f})",
        f"{last['heldOut.effectiveRank']:.1f} ({last['heldOut.effectiveRank.null']:.1f})",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    output, *folders = map(Path, sys.argv[1:])
    runs = [read(folder) for folder in folders]
    draw(runs, output)
    print("| regularizer | memory | λ | reconstruction | sliced Wasserstein | mean norm | effective rank |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for configuration, lines in runs:
        print(row(configuration, lines))


if __name__ == "__main__":
    main()
