"""Collects the last scores of runs in FOLDER/SET/NAME into one JSON list, for Docs/Methods.md.

    python Docs/Scripts/collect_runs.py FOLDER > Docs/Results/methods-images.json
"""

import json
import pathlib
import re
import statistics
import sys


def chosen(text: str, section: str) -> str:
    """The plugin's name in a section of run.yaml."""
    block = re.search(rf"^{section}:\n((?:  .*\n)+)", text, re.M)
    return re.search(r"^  name: (\S+)", block.group(1), re.M).group(1) if block else ""


def scores(folder: pathlib.Path) -> dict:
    """The scores of `moca evaluate` by name, with what is known of each."""
    path = folder / "scores.json"
    if not path.exists():
        return {}
    subjects = json.loads(path.read_text())["subjects"]
    wanted = {"prior": ["FD-cifar"], "reconstructions": ["squared error", "rFD-cifar"], "codes against the prior": None}
    return {
        score["card"]["score"]: {"value": score.get("value"), **score.get("details", {})}
        for subject in subjects
        for score in subject["scores"]
        if subject["subject"] in wanted and score["card"]["score"] in (wanted[subject["subject"]] or [score["card"]["score"]])
    }


def row(folder: pathlib.Path) -> dict | None:
    """What a finished run has to say, or None."""
    metrics = folder / "metrics.jsonl"
    if not metrics.exists():
        return None
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    last = lines[-1]
    if "heldOutReconstruction" not in last:
        return None
    text = (folder / "run.yaml").read_text()
    found = scores(folder)
    value = lambda name, key="value": found.get(name, {}).get(key)
    return {
        "dataset": folder.parent.name,
        "regularizer": folder.name,
        "prior": chosen(text, "prior"),
        "posterior": chosen(text, "posterior"),
        "memory": chosen(text, "memory"),
        "steps": last["step"],
        "weight": last["weight"],
        "isMeasured": "weightInCommonUnit: auto" in text,
        "gradientRatio": last.get("gradientRatio"),
        "reconstruction": value("squared error"),
        "slicedWasserstein": value("slicedWasserstein"),
        "slicedWassersteinNull": value("slicedWasserstein", "nullMedian"),
        "effectiveRank": value("effectiveRank"),
        "effectiveRankNull": value("effectiveRank", "nullMedian"),
        "distance": value("FD-cifar"),
        "reconstructionDistance": value("rFD-cifar"),
        # The first intervals include the start of libtorch and the steps that measure λ.
        "stepSeconds": statistics.median(line["stepSeconds"] for line in lines[2:] or lines),
    }


COLUMNS = [
    "data", "regularizer", "prior", "posterior", "memory", "λ", "how λ was chosen", "gradient ratio", "reconstruction",
    "rFD-cifar", "FD-cifar", "sliced Wasserstein", "of the prior", "effective rank", "of the prior", "step",
]


def table(runs: list[dict]) -> dict:
    """The runs as columns and rows; the time of a step is that of the runs in `times`, over the control's."""
    seconds = {run["regularizer"]: run["stepSeconds"] for run in runs if run["dataset"] == "times"}
    runs = [run for run in runs if run["dataset"] != "times"]
    rows = [
        [
            run["dataset"], run["regularizer"], run["prior"], run["posterior"], run["memory"], float(run["weight"]),
            "measured" if run["isMeasured"] else "default", run["gradientRatio"], run["reconstruction"],
            run["reconstructionDistance"], run["distance"], run["slicedWasserstein"], run["slicedWassersteinNull"], run["effectiveRank"], run["effectiveRankNull"],
            f"× {seconds[run['regularizer']] / seconds['none']:.2f}" if run["regularizer"] in seconds else None,
        ]
        for run in runs
    ]
    return {
        "columns": COLUMNS,
        "rows": rows,
        "note": (
            "One configuration ([methods.yaml](../Configurations/methods.yaml)), 400 steps of 100 images, one seed: a look at "
            "every method, no ranking. Scores are of held-out images: *reconstruction* is the squared error summed over an "
            "image, *FD-cifar* the Fréchet distance of 5,000 samples of the prior from the training images in the features of "
            "our classifier of CIFAR-10 (no FID; on sprites it says less) and *rFD-cifar* that of reconstructions: at this budget "
            "the decoder's blur is most of both. *Sliced Wasserstein* and *effective rank* of "
            "draws of the posterior stand beside the same score of draws of the prior (Docs/Evaluation.md). λ is in the "
            "common unit; *measured* means weight=auto with a target of 0.5 over the first 100 steps, and *gradient ratio* is "
            "where the ratio stood at the last step. gan trains no encoder: its reconstruction and codes "
            "mean nothing. *Step* is the time of one step beside that of the control, timed alone."
        ),
        "command": "Docs/Scripts/methods_images.sh .build/release/moca cifar10-train.tar.zst runs/methods",
    }


paths = [path for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*")) if path.is_dir()]
print(json.dumps(table([entry for entry in map(row, paths) if entry]), indent=1, ensure_ascii=False))
