"""Writes weight_files.json: small files of torch.save in base64, good and hostile, and what they hold.

The tensors of the good ones stand in weight_files.safetensors, under "case/name", as torch itself loads them.
The hostile ones would write the file "moca-weights-were-run" into the temporary folder if anything ran them.
"""

import base64
import collections
import io
import json
import pickle
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent
CODE = "open(__import__('tempfile').gettempdir() + '/moca-weights-were-run', 'w').close()"


def saved(value: object, is_zip: bool, **options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=is_zip, **options)
    return buffer.getvalue()


def network() -> torch.nn.Module:
    return torch.nn.Sequential(
        collections.OrderedDict(
            conv=torch.nn.Conv2d(2, 3, 3), norm=torch.nn.BatchNorm2d(3), head=torch.nn.Linear(4, 2)
        )
    )


def states() -> dict[str, object]:
    """Everything that a state dictionary may look like; every value is one that torch.load gives back."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    types = {
        str(dtype).removeprefix("torch."): (torch.randn(2, 3) * 50).to(dtype)
        for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32)
    }
    types |= {"uint8": torch.tensor([0, 200, 255], dtype=torch.uint8), "bool": torch.tensor([True, False])}
    return {
        "module": network().state_dict(),  # OrderedDict with _metadata and an int64 scalar
        "parameters": dict(network().named_parameters()),
        "types": types,
        "shapes": {"scalar": torch.tensor(3.5), "empty": torch.zeros(0, 4), "one": torch.ones(1)},
        "views": {
            "base": base,
            "transposed": base.t(),
            "column": base[:, 2],
            "strided": base[1::2, ::3],
            "expanded": base[:1].expand(3, 6),
            "nothing": base[4:],
        },
        "single": {"weight": torch.randn(3)},
        "nested": {"epoch": 7, "loss": 0.25, "name": "run", "state_dict": network().state_dict()},
        "big": {"far": torch.tensor([2**40, -(2**40)]), "é": torch.ones(2)},
    }


def flat(state: dict) -> dict[str, torch.Tensor]:
    state = state.get("state_dict", state)
    return {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}


class Running:
    """Pickles as a call of `function`."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


def hostile() -> dict[str, object]:
    """By the names under which protocol 2 stores them."""
    import os

    weight = torch.ones(2)
    return {
        "posix.system": Running(os.system, f'python3 -c "{CODE}"'),
        "__builtin__.eval": {"weight": weight, "other": Running(eval, CODE)},
        "__builtin__.exec": {"state_dict": {"weight": weight, "deep": [(Running(exec, CODE),)]}},
    }


def rewritten(data: bytes, replace: bytes, by: bytes) -> bytes:
    assert data.count(replace) >= 1 and len(replace) == len(by), replace
    return data.replace(replace, by)


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)  # without the time of day
            entry.compress_type = compression
            file.writestr(entry, content)
    return buffer.getvalue()


def refused() -> dict[str, tuple[bytes, str]]:
    """Bytes, and a part of the message."""
    ones = {"weight": torch.ones(3, 5)}
    cases = {}
    for is_zip in (False, True):
        end = "zip" if is_zip else "legacy"
        data = saved(ones, is_zip)
        # K\x0f is the count 15 of the storage, K\x03K\x05 the sizes, K\x05K\x01 the strides.
        cases[f"sizes past the storage, {end}"] = (
            rewritten(data, b"K\x03K\x05\x86", b"K\x04K\x05\x86"), "reaches past the end of its storage")
        cases[f"strides past the storage, {end}"] = (
            rewritten(data, b"K\x05K\x01\x86", b"K\x05K\x02\x86"), "reaches past the end of its storage")
        two = saved({"student": ones, "teacher": ones}, is_zip)
        cases[f"two states, {end}"] = two, 'several dictionaries of tensors ("student", "teacher")'
        cases[f"a number among tensors, {end}"] = saved(ones | {"epoch": 3}, is_zip), '"epoch" stands among'
        cases[f"a list, {end}"] = saved([torch.ones(2)], is_zip), "no dictionary of tensors"
        cases[f"characters, {end}"] = saved({"x": torch.ones(2, dtype=torch.int8)}, is_zip), "torch.CharStorage"
        cases[f"protocol 4, {end}"] = saved(ones, is_zip, pickle_protocol=4), "protocol 4"
        # One letter, and a letter with an accent behind it.
        alike = saved({"\u00e9": torch.ones(2), "e\u0301": torch.ones(2)}, is_zip)
        cases[f"names alike, {end}"] = alike, "equal in Unicode"
        short = saved({"weight": torch.ones(4).expand(2**30, 4)}, is_zip)
        cases[f"repeated, {end}"] = short, "repeat themselves"
    legacy = saved(ones, False)
    # The count of the storage made 2^31 - 1: more than the file has.
    cases["a huge storage, legacy"] = (
        legacy.replace(b"K\x0fNt", b"J\xff\xff\xff\x7fNt"), "another size than its tensors say")
    cases["numbers for names"] = (
        saved({0: torch.ones(2), 1: torch.ones(2)}, False), "the keys of the tensors are numbers")
    cases["many states"] = saved({f"part{i}": ones for i in range(8)}, False), '"part4", "part5" and 2 more)'
    cases["an escape"] = saved({"a": torch.ones(2), "\x1b[2J": 1}, False), '"?[2J" stands among'
    cut = saved({"weight": torch.zeros(4000)}, False)[:-15_900]
    cases["a cut file, legacy"] = cut, f"the data ends at byte {len(cut)}"
    pkl = zipfile.ZipFile(io.BytesIO(saved(ones, True)))
    entries = {name: pkl.read(name) for name in pkl.namelist()}
    cases["a compressed archive"] = archive(entries, zipfile.ZIP_DEFLATED), "is compressed"
    bomb = {"archive/data.pkl": b"\x80\x02}.", "archive/version": bytes(3_000_000)}
    cases["a zip bomb"] = archive(bomb, zipfile.ZIP_DEFLATED), "is compressed"
    cases["another archive"] = archive({"a/readme.txt": b"hello"}), "has no data.pkl"
    root = next(name for name in entries if name.endswith("/data.pkl"))
    grown = entries | {root: entries[root].replace(b"K\x0ft", b"J\xff\xff\xff\x7ft")}
    cases["a huge storage, zip"] = archive(grown), "should have 8589934588 bytes and has 60"
    twice = {f"{name}/{key.split('/', 1)[1]}": value for name in ("a", "b") for key, value in entries.items()}
    cases["two pickles"] = archive(twice), "several data.pkl"
    # A list of 2000 pairs, and 510 dictionaries made of it.
    pairs = b"]q\x01(X\x01\0\0\0kN\x86q\x02" + b"h\x02" * 1999 + b"e\x85q\x03"
    copies = b"\x80\x02ccollections\nOrderedDict\nq\x00](" + pairs + b"h\x00h\x03R" * 510 + b"e."
    cases["copies of a list"] = archive({"archive/data.pkl": copies}), "more than 2 million operations"
    deep = b"\x80\x02" + b"(" * 1000 + b"t" * 1000 + b"."
    cases["deep nesting"] = archive({"archive/data.pkl": deep}), "nested more than"
    tuples = b"\x80\x02)" + b"\x85" * 1000 + b"."
    cases["deep tuples"] = archive({"archive/data.pkl": tuples}), "nested more than"
    cycle = b"\x80\x02]q\x00h\x00a."
    cases["a list in itself"] = archive({"archive/data.pkl": cycle}), "takes nothing"
    memo = b"\x80\x02}r\xff\xff\xff\xff."
    cases["a far memo"] = archive({"archive/data.pkl": memo}), "no dictionary of tensors"
    cases["an import without an end"] = archive({"archive/data.pkl": b"\x80\x02c" + b"a" * 900}), "has no end"
    return cases


def main() -> None:
    torch.manual_seed(4)
    good, tensors = {}, {}
    for name, state in states().items():
        tensors |= {f"{name}/{key}": value for key, value in flat(state).items()}
        for end, is_zip in (("legacy", False), ("zip", True)):
            good[f"{name}, {end}"] = base64.b64encode(saved(state, is_zip)).decode()
    imports = {
        f"{name}, {end}": base64.b64encode(saved(value, is_zip)).decode()
        for name, value in hostile().items()
        for end, is_zip in (("legacy", False), ("zip", True))
    }
    plain = base64.b64encode(pickle.dumps({"a": 1}, protocol=2)).decode()
    bad = {
        name: {"bytes": base64.b64encode(data).decode(), "message": message}
        for name, (data, message) in refused().items()
    }
    contents = {"good": good, "imports": imports, "refused": bad, "pickle": plain}
    (FOLDER / "weight_files.json").write_text(json.dumps(contents, indent=0) + "\n")
    save_file(tensors, FOLDER / "weight_files.safetensors")


if __name__ == "__main__":
    main()
