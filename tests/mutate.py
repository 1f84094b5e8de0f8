"""mutate.py -- does a test fail when the code it tests is broken?
usage: python3 tests/mutate.py COPY [--mutants N] [--seed N] [--seconds N] [FOLDER…]

Copies the tree to COPY, builds it without optimisation, and then, one after the other, breaks one
operator, constant or answer in one line of src/diagnosis, src/incident and src/record. A mutant is
killed when the file's own tests or the recorded incidents notice; survivors are listed. By hand or
once a week: a mutant takes seconds.
"""
import argparse
import glob
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import time

CHANGES = [(r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "),
           (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
           (r"return true;", "return false;"), (r"return false;", "return true;"), (r"\bif \(!", "if ("),
           (r"\bif \((?!!)", "if (!("), (r"\bcontinue;", ";"), (r"\+\+", "--"), (r" \+= ", " -= ")]

words = argparse.ArgumentParser()
words.add_argument("copy")
words.add_argument("--mutants", type=int, default=200)
words.add_argument("--seed", type=int, default=1)
words.add_argument("--seconds", type=int, default=3600)
words.add_argument("folders", nargs="*", default=["diagnosis", "incident", "record"])
given = words.parse_args()


def run(command, seconds=120, **more):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds,
                              **more).returncode
    except subprocess.TimeoutExpired:
        return 124


def outside_strings(line, at):
    return line[:at].count('"') % 2 == 0 and line[:at].count("'") % 2 == 0


def places():
    """Every change of every line: (file, line, column, length, replacement)."""
    found = []
    for folder in given.folders:
        for name in sorted(glob.glob(f"src/{folder}/*.c")):
            comment = False
            for number, line in enumerate(open(name, encoding="utf-8")):
                begins, ends = "/*" in line, "*/" in line
                if comment or begins or line.startswith("#"):
                    comment = (comment or begins) and not ends
                    continue
                for pattern, to in CHANGES:
                    for match in re.finditer(pattern, line):
                        if outside_strings(line, match.start()):
                            found.append((name, number, match.start(), match.end(), to))
    return found


def mutate(text, place):
    _, number, start, end, to = place
    lines = text.split("\n")
    line = lines[number]
    if to == "if (!(":
        close = line.rfind(")")
        if close < 0 or line.count("(") != line.count(")"):
            return None, None
        line = line[:start] + to + line[end:close] + "))" + line[close + 1:]
    else:
        line = line[:start] + to + line[end:]
    lines[number] = line
    return "\n".join(lines), line.strip()


def prepare():
    shutil.rmtree(given.copy, ignore_errors=True)
    os.makedirs(given.copy)
    for name in subprocess.check_output(["git", "ls-files"], text=True).split("\n"):
        if name and os.path.isfile(name):
            os.makedirs(os.path.dirname(f"{given.copy}/{name}") or ".", exist_ok=True)
            shutil.copy(name, f"{given.copy}/{name}")
    os.chdir(given.copy)
    if run(["make", "-s", "CFLAGS=-O0", "all"], 1200):
        sys.exit("the copy does not build")
    return shlex.split(open(".build/flags").read())


def archive():
    """From all objects: two folders may have a file of one name, which `ar r` would take for another."""
    objects = [o for o in glob.glob(".build/src/*/*.o") if "/cli/" not in o]
    if os.path.exists(".build/libwhy502.a"):
        os.remove(".build/libwhy502.a")
    run(["ar", "rcs", ".build/libwhy502.a", *objects])


def link(flags, libs):
    return run([*flags, "-o", ".build/why502", *glob.glob(".build/src/cli/*.o"), ".build/libwhy502.a", *libs])


def killed(flags, name):
    """None when it does not compile; else by whom it was killed, "" by nobody."""
    libs = [w for w in flags if w.startswith("-l")]
    stem = name[4:-2]
    if run([*flags, "-w", "-c", "-o", f".build/src/{stem}.o", name]):
        return None
    archive()
    folder, file = stem.split("/")
    test = f"tests/unit/{folder}/test_{file}.c"
    if os.path.exists(test):
        if run([*flags, "-w", "-Isrc", "-Itests/unit", "-o", ".build/mutant-test", test, ".build/libwhy502.a",
                "-lcmocka", *libs]) == 0 and run([".build/mutant-test"], 60, env={**os.environ, "W5_BUILD": ".build"}):
            return "its tests"
    if link(flags, libs):
        sys.exit(f"{name}: the program cannot be linked")
    if run([sys.executable, "tests/e2e/verdicts.py"], 120, env={**os.environ, "WHY502": ".build/why502"}):
        return "verdicts"
    out = subprocess.run(["sh", "tests/e2e/run.sh", ".build/why502", ".build/e2e"], capture_output=True, text=True)
    return "stories" if "FAIL" in out.stdout else ""


flags = prepare()
if killed(flags, "src/record/tag.c"):
    sys.exit("the tests fail before anything is broken")
all_places = places()
random.Random(given.seed).shuffle(all_places)
until = time.time() + given.seconds
count = {}
for place in all_places:
    if sum(count.values()) >= given.mutants or time.time() > until:
        break
    name = place[0]
    original = open(name, encoding="utf-8").read()
    text, line = mutate(original, place)
    if text is None:
        continue
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)
    who = killed(flags, name)
    with open(name, "w", encoding="utf-8") as f:
        f.write(original)
    if who is not None:
        count[who] = count.get(who, 0) + 1
        if not who:
            print(f"survived {name}:{place[1] + 1}: {line}", flush=True)
    run([*flags, "-w", "-c", "-o", f".build/src/{name[4:-2]}.o", name])
total = sum(count.values())
print(f"{total - count.get('', 0)} of {total} mutants killed: {count}, seed {given.seed}")
