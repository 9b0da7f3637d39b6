#!/usr/bin/env bash
# Writes the generated parts of Docs/Methods.md anew. Each stands between two markers, the first of which holds the
# command that prints it: moca with arguments, or a Python script of Docs/Scripts.
#
#   Docs/Scripts/make_methods.sh [MOCA]     (default: .build/release/moca)
set -euo pipefail
cd "$(dirname "$0")/../.."

python3 - "${1:-.build/release/moca}" <<'PY'
import re
import shlex
import subprocess
import sys
from pathlib import Path

page = Path("Docs/Methods.md")
marked = re.compile(r"(<!-- begin: ([^\n]*) -->\n)(?:.*?\n)??(<!-- end -->)", re.DOTALL)


def program(command: str) -> list[str]:
    name, *arguments = shlex.split(command)
    if name == "moca":
        return [sys.argv[1], *arguments]
    if name == "python" and arguments and arguments[0].startswith("Docs/Scripts/"):
        return [sys.executable, *arguments]
    sys.exit(f"error: {page}: \"{command}\" is neither moca nor a script of Docs/Scripts")


def block(match: re.Match) -> str:
    result = subprocess.run(program(match[2]), capture_output=True, text=True, encoding="utf-8", check=False)
    if result.returncode != 0:
        sys.exit(f"error: {match[2]}: {result.stderr.strip()}")
    return match[1] + result.stdout + match[3]


text, count = marked.subn(block, page.read_text(encoding="utf-8"))
page.write_text(text, encoding="utf-8")
print(f"{page}: {count} generated parts")
PY
