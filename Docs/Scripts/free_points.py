"""Moves 1,024 free codes by every regularizer of codes alone, and collects where they end, for Docs/Methods.md.

    python Docs/Scripts/free_points.py move MOCA FOLDER [NAME …]     run the kit, one file per method and size (slow)
    python Docs/Scripts/free_points.py draw FOLDER                   write Docs/Results/free-points.json and the figure

`move` runs `moca check regularizer NAME --prior PRIOR --size d --free-points` for d = 2, 3, 16 and 64 with the prior that
the method is defined with; files that are there already are kept. `draw` needs matplotlib.
"""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = (2, 3, 16, 64)
# Smaller critics and fewer slices than the defaults: on a CPU those take minutes.
CRITIC = ["width=64", "depth=2", "criticLearningRate=0.003"]
SETTINGS = {"wae-gan": CRITIC, "aae": CRITIC, "sigreg": ["slices=64"]}
# Further runs under a label: method, prior, settings. Contrast at a small temperature has hardly any gradient left near
# uniformity; under the normal prior codes have a scale to find as well.
VARIANTS = {
    "moca, τ = 0.02": ("moca", "hypersphere", ["temperature=0.02"]),
    "mmd on normal": ("mmd", "normal", []),
    "sliced-wasserstein on normal": ("sliced-wasserstein", "normal", []),
    "cramer-wold on normal": ("cramer-wold", "normal", []),
}


def methods(moca: str) -> list[tuple[str, str]]:
    """Every regularizer that pulls at the codes, with its prior."""
    catalog = json.loads(subprocess.check_output([moca, "list", "regularizer", "--json"]))
    result = []
    for entry in catalog:
        described = json.loads(subprocess.check_output([moca, "describe", entry["name"], "--json"]))[0]
        if described["subject"] == "codes":
            result.append((entry["name"], described.get("defaultPrior") or "hypersphere"))
    return result


def move(moca: str, folder: pathlib.Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    runs = [(name, name, prior, SETTINGS.get(name, [])) for name, prior in methods(moca)]
    runs += [(label, *choice) for label, choice in VARIANTS.items()]
    for label, name, prior, settings in runs:
        for size in SIZES:
            label_size = f"{label.replace('.', '_')}.{size}"
            report, points = folder / f"{label_size}.json", folder / f"{label_size}.points.json"
            if report.exists() or names and name not in names:
                continue
            command = [moca, "check", "regularizer", name, "--prior", prior, "--size", str(size), "--json"]
            command += ["--points", str(points), *settings]
            result = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
            if not result.stdout.startswith("["):
                print(f"{name} {size}: {result.stderr}", file=sys.stderr)
                continue
            report.write_text(result.stdout)
            print(label, size, flush=True)


def found(folder: pathlib.Path) -> list[tuple[str, str, int, dict]]:
    """Every run as name, prior, size and points file, in the order of the catalog's file names."""
    result = []
    for path in sorted(folder.glob("*.points.json"), key=lambda path: (path.name.split(".")[0], int(path.name.split(".")[1]))):
        run = json.loads(path.read_text())[0]
        name, size = path.name.split(".")[:2]
        result.append((name.replace("_", "."), run["prior"], int(size), run))
    return result


def table(runs: list[tuple[str, str, int, dict]]) -> dict:
    rows = []
    for name, prior, size, run in runs:
        scores = {score["measure"]: score for score in run["scores"]}
        row = [name, prior, size, run["steps"] if all(score.get("value", float("inf")) <= score["limit"] for score in run["scores"]) else f"not after {run['steps']}"]
        for measure in ("energy", "slicedWasserstein"):
            score = scores.get(measure)
            row += [score.get("value"), score["limit"]] if score else [None, None]
        rows.append(row)
    return {
        "columns": ["regularizer", "prior", "d", "steps", "energy", "band", "sliced Wasserstein", "band"],
        "rows": rows,
        "figure": {
            "path": "Images/free-points.png",
            "text": "Where 1,024 free codes end under every regularizer, in two and in three dimensions",
        },
        "note": (
            "Steps of the kit until both measures lie in the band of the prior's own draws (the largest of 99 simulated "
            "samples) at two looks in a row, 25 steps apart; no method trains both. Three dimensions are drawn from the side: on "
            "the sphere only the half that faces the reader. wae-gan and aae have critics of two layers of 64 here, sigreg "
            "64 slices. Who does not arrive: koleo in two and three dimensions, where codes cannot pass each other; mmd on "
            "the normal prior in two and three dimensions, where a few codes stay far out and the kernels hardly pull; "
            "cramer-wold there as well, its codes gathered in rings in the plane. The "
            "kit gives every method's gradient the same size, so moca arrives at τ = 0.02 too; in a run, beside the "
            "reconstruction, its fading pull would not be made up for."
        ),
        "command": (
            "python Docs/Scripts/free_points.py move .build/release/moca free-points\n"
            "python Docs/Scripts/free_points.py draw free-points"
        ),
    }


def draw(runs: list[tuple[str, str, int, dict]], target: pathlib.Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(name for name, *_ in runs))
    columns = 5
    rows = -(-len(names) // columns)
    figure, axes = pyplot.subplots(rows, 2 * columns, figsize=(3.1 * columns, 1.85 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for index, name in enumerate(names):
        for offset, size in enumerate((2, 3)):
            axis = axes[index // columns][2 * (index % columns) + offset]
            run = next((run for other, _, other_size, run in runs if (other, other_size) == (name, size)), None)
            if run is None:
                continue
            codes = run["codes"]
            isSphere = run["prior"] == "hypersphere"
            if size == 3 and isSphere:
                codes = [code for code in codes if code[2] >= 0]
            limit = 1.12 if isSphere else 3.6
            axis.scatter([code[0] for code in codes], [code[1] for code in codes], s=1.2, c="#1f5f99", linewidths=0)
            axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
            axis.set_title(f"{name}\nd = 2" if size == 2 else f"{run['prior']}\nd = 3", fontsize=6.5)
    figure.tight_layout(pad=0.5)
    figure.savefig(target, dpi=130)


if __name__ == "__main__":
    if sys.argv[1:2] == ["move"]:
        move(sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:])
    elif sys.argv[1:2] == ["draw"]:
        runs = found(pathlib.Path(sys.argv[2]))
        (ROOT / "Docs/Results").mkdir(exist_ok=True)
        (ROOT / "Docs/Results/free-points.json").write_text(json.dumps(table(runs), indent=1, ensure_ascii=False) + "\n")
        draw(runs, ROOT / "Docs/Images/free-points.png")
    else:
        sys.exit(__doc__)
