"""Compares a compressed checkpoint with a manifest, through the safetensors library.

    python read_checkpoint.py CHECKPOINT.safetensors.zst MANIFEST.json

The manifest is {"tensors": [{"name", "dtype": "F32", "shape": [...], "sum", "first": [...]}]}: the
sum in float64 and the first four values in row-major order. Exit status 1 names every difference.
Needs the `zstd` program.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors import safe_open

SUM_TOLERANCE = 1e-9  # of the sum of absolute values: the order of a float64 sum is free


def compare_values(entry: dict, tensor: np.ndarray) -> list[str]:
    """Differences of the sum and of the first values."""
    differences = []
    values = tensor.astype(np.float64)
    found, allowed = float(values.sum()), SUM_TOLERANCE * float(np.abs(values).sum())
    if not abs(found - entry["sum"]) <= allowed:
        differences.append(f"sum is {found!r}, the manifest has {entry['sum']!r}")
    first = tensor.reshape(-1)[:4]
    expected = np.array(entry["first"], dtype=np.float64).astype(tensor.dtype)
    if not np.array_equal(first, expected):
        differences.append(f"first values are {first.tolist()}, the manifest has {entry['first']}")
    return differences


def compare_tensor(entry: dict, tensor: np.ndarray, dtype: str) -> list[str]:
    """Differences of dtype and shape, and of the values where those agree."""
    differences = []
    if dtype != entry["dtype"]:
        differences.append(f"dtype is {dtype}, the manifest has {entry['dtype']}")
    if list(tensor.shape) != entry["shape"]:
        differences.append(f"shape is {list(tensor.shape)}, the manifest has {entry['shape']}")
    return differences or compare_values(entry, tensor)


def compare_file(path: Path, entries: list[dict]) -> list[str]:
    """All differences of a decompressed checkpoint, each led by the tensor's name."""
    expected = {entry["name"]: entry for entry in entries}
    differences = [] if len(expected) == len(entries) else ["the manifest repeats a name"]
    with safe_open(path, framework="np") as file:
        names = set(file.keys())
        missing, unlisted = sorted(expected.keys() - names), sorted(names - expected.keys())
        differences += [f"{name}: not in the checkpoint" for name in missing]
        differences += [f"{name}: not in the manifest" for name in unlisted]
        for name in sorted(names & expected.keys()):
            dtype = file.get_slice(name).get_dtype()
            found = compare_tensor(expected[name], file.get_tensor(name), dtype)
            differences += [f"{name}: {difference}" for difference in found]
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("manifest", type=Path)
    arguments = parser.parse_args()
    entries = json.loads(arguments.manifest.read_text())["tensors"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.safetensors"
        command = ["zstd", "-d", "-q", str(arguments.checkpoint), "-o", str(path)]
        subprocess.run(command, check=True)
        differences = compare_file(path, entries)
    if differences:
        print("\n".join(differences))
        return 1
    print(f"{len(entries)} tensors equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
