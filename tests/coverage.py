"""coverage.py -- which lines of src/ a run of the tests has reached.
usage: python3 tests/coverage.py BUILD-FOLDER       fails below 95 % of the lines

Reads what gcov makes of the .gcda files there. Prints each file below 100 %, worst first, with the
lines never reached, and the share of all lines.
"""
import json
import os
import subprocess
import sys

build = os.path.abspath(sys.argv[1])
notes = [os.path.join(folder, name) for folder, _, names in os.walk(build + "/src") for name in names
         if name.endswith(".gcno")]
lines = {}
for at in range(0, len(notes), 40):
    out = subprocess.run(["gcov", "--json-format", "--stdout", *notes[at:at + 40]], cwd=build,
                         capture_output=True, text=True).stdout
    for text in filter(None, out.split("\n")):
        for file in json.loads(text)["files"]:
            if file["file"].startswith("src/"):
                seen = lines.setdefault(file["file"], {})
                for line in file["lines"]:
                    number = line["line_number"]
                    seen[number] = seen.get(number, 0) + line["count"]


def ranges(numbers):
    parts = []
    for n in sorted(numbers):
        if parts and n == parts[-1][1] + 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


total = reached = 0
table = []
for name, seen in lines.items():
    missed = [n for n, count in seen.items() if count == 0]
    total += len(seen)
    reached += len(seen) - len(missed)
    if missed:
        table.append((1 - len(missed) / len(seen), name, missed))
for share, name, missed in sorted(table):
    print(f"{100 * share:6.1f} %  {name}  {ranges(missed)}")
share = 100 * reached / max(1, total)
print(f"{share:.1f} % of {total} lines of src/")
sys.exit(share < 95)
