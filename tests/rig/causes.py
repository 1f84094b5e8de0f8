#!/usr/bin/python3
"""The table of fixtures/README.md: where each cause wins, and where it looks likely and must lose.

With --write it is put into the README between its two marks.
"""
import json
import pathlib
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures"
BEGIN, END = "<!-- causes -->\n", "<!-- /causes -->\n"


def rows():
    """cause -> (recordings where it is right, recordings where it is near and wrong)"""
    table = {}
    for path in sorted(FIXTURES.glob("*/*/truth.json")):
        truth = json.loads(path.read_text())
        right = {one["cause"] for one in truth.get("causes", [])} or {truth["cause"]}
        for cause in right - {None}:
            table.setdefault(cause, ([], []))[0].append(path.parent.name)
        for cause in truth.get("near", []):
            table.setdefault(cause, ([], []))[1].append(path.parent.name)
    return dict(sorted(table.items()))


def shortly(names):
    named = ", ".join(f"`{name}`" for name in names[:2])
    return f"{len(names)}: {named}{' …' if len(names) > 2 else ''}" if names else "–"


def text():
    lines = ["| cause | wins in | must lose in |", "|---|---|---|"]
    lines += [f"| `{cause}` | {shortly(wins)} | {shortly(loses)} |"
              for cause, (wins, loses) in rows().items()]
    return "\n".join(lines) + "\n"


def main():
    readme = FIXTURES / "README.md"
    if "--write" not in sys.argv:
        print(text(), end="")
        return
    before, _, rest = readme.read_text().partition(BEGIN)
    readme.write_text(before + BEGIN + text() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
