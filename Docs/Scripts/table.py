"""Prints a file of results as a Markdown table.

    python Docs/Scripts/table.py Docs/Results/methods-images.json

The file is JSON: {"columns": ["method", …], "rows": [["moca", 12.3, null], …]} and, where wanted, "command" (what made
the numbers), "note" (a paragraph below) and "figure" ({"path": "Images/….png", "text": "…"}, the path as seen from
Docs/). Numbers are shortened to four digits. A file that does not exist yet is said to be missing.
"""

import json
import sys
from pathlib import Path


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).replace("|", "\\|")


def main() -> None:
    path = Path(sys.argv[1])
    if not path.exists():
        print("*Not measured yet.*")
        return
    data = json.loads(path.read_text())
    parts = []
    if "figure" in data:
        parts.append(f"![{data['figure']['text']}]({data['figure']['path']})")
    if "columns" in data:
        rows = [data["columns"], ["---"] * len(data["columns"]), *data["rows"]]
        parts.append("\n".join("| " + " | ".join(cell(value) for value in row) + " |" for row in rows))
    if "note" in data:
        parts.append(data["note"])
    if "command" in data:
        parts.append(f"```\n{data['command']}\n```")
    print("\n\n".join(parts))


main()
