"""mutate.py -- does a test fail when the code it tests is broken?
usage: python3 tests/mutate.py COPY [--mutants N] [--seed N] [--seconds N] [--again FILE] [FOLDER…]

Copies the tree to COPY, builds it there without optimisation, and then, one after the other, breaks
one operator, constant or answer in one line of src/diagnosis, src/incident and src/record, as many in
each. A mutant is killed when the file's own tests, another test of its module, a story or a recorded
incident notices; survivors are listed, with a figure for each folder. --again tries those alone that
FILE, the output of an earlier run, lists as survivors. By hand or once a week: a mutant takes seconds.
"""
import argparse
import glob
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

CHANGES = [(r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "),
           (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
           (r"return true;", "return false;"), (r"return false;", "return true;"), (r"\bif \(!", "if ("),
           (r"\bif \((?!!)", "if (!("), (r"\bcontinue;", ";"), (r"\+\+", "--"), (r" \+= ", " -= "),
           (r" \|= ", " = "), (r" \* ", " / ")]

words = argparse.ArgumentParser()
words.add_argument("copy")
words.add_argument("--mutants", type=int, default=200)
words.add_argument("--seed", type=int, default=1)
words.add_argument("--seconds", type=int, default=3600)
words.add_argument("--again")
words.add_argument("folders", nargs="*", default=["diagnosis", "incident", "record"])
given = words.parse_args()


def run(command, seconds=120, **more):
    """The exit status, 124 when it took too long; whatever it started is gone then, too."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, **more)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return 124


def fails(command, seconds, **environment):
    """The first line "FAIL …" of a check, which ends there; "" when there is none."""
    until = time.time() + seconds
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               start_new_session=True, env={**os.environ, **environment})
    failed = ""
    for line in process.stdout:
        failed = line.strip() if line.startswith("FAIL") else "too late" if time.time() > until else ""
        if failed:
            os.killpg(process.pid, signal.SIGKILL)
            break
    status = process.wait()
    return failed or (f"status {status}" if status else "")


# --- what may be broken -------------------------------------------------------------------------------
def outside_strings(line, at):
    return line[:at].count('"') % 2 == 0 and line[:at].count("'") % 2 == 0


def places(folder):
    """Every change of every line: (file, line, column, length, replacement)."""
    found = []
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


def survivors():
    """Those of an earlier run: file, and the line as it was and as it became."""
    with open(given.again, encoding="utf-8") as lines:
        return {(m[1], m[2]) for m in (re.match(r"survived (\S+):\d+: (.*)", line) for line in lines) if m}


def sample():
    """As many of each folder, in turn."""
    dice = random.Random(given.seed)
    lists = [places(folder) for folder in given.folders]
    for one in lists:
        dice.shuffle(one)
    if not given.again:
        return [place for row in zip(*lists) for place in row]
    wanted = survivors()
    texts = {}
    chosen = []
    for place in [p for one in lists for p in one]:
        text = texts.setdefault(place[0], open(place[0], encoding="utf-8").read())
        if (place[0], mutate(text, place)[1]) in wanted:
            chosen.append(place)
    return chosen


def mutate(text, place):
    """The whole text with one place broken, and the line as it was and is; None where that is no C."""
    _, number, start, end, to = place
    lines = text.split("\n")
    line = was = lines[number]
    if to == "if (!(":
        close = line.rfind(")")
        if close < 0 or line.count("(") != line.count(")"):
            return None, None
        line = line[:start] + to + line[end:close] + "))" + line[close + 1:]
    else:
        line = line[:start] + to + line[end:]
    lines[number] = line
    return "\n".join(lines), f"{was.strip()}   ->   {line.strip()}"


# --- build and try ------------------------------------------------------------------------------------
def prepare():
    shutil.rmtree(given.copy, ignore_errors=True)
    os.makedirs(given.copy)
    for name in subprocess.check_output(["git", "ls-files"], text=True).split("\n"):
        if name and os.path.isfile(name):
            os.makedirs(os.path.dirname(f"{given.copy}/{name}") or ".", exist_ok=True)
            shutil.copy(name, f"{given.copy}/{name}")
    os.chdir(given.copy)
    if run(["make", "-s", f"-j{os.cpu_count()}", "CFLAGS=-O0", "all"], 1800):
        sys.exit("the copy does not build")
    # A mutant may loop or grow without end.
    with open(".build/limited", "w", encoding="utf-8") as script:
        script.write(f'#!/bin/sh\nulimit -t 10\nulimit -v 4000000\nexec {os.path.abspath(".build/mutant")} "$@"\n')
    os.chmod(".build/limited", 0o755)
    flags = shlex.split(open(".build/flags").read())
    if shutil.which("ld.lld"):
        flags.append("-fuse-ld=lld")
    return flags


def tests_of(name):
    """As tests/mirror finds them."""
    folder, file = name[len("src/"):].split("/")
    own = f"tests/unit/{folder}/test_{file}"
    heads = {t: "".join(open(t, encoding="utf-8").readlines()[:8]) for t in glob.glob(f"tests/unit/{folder}/test_*.c")}
    named = [t for t, head in heads.items() if re.search(rf"tests.*\b{re.escape(file)}\b", head)]
    return ([own] if os.path.exists(own) else []) + [t for t in named if t != own]


def prebuild(flags):
    """The objects of all tests of the folders: a mutant links them anew."""
    tests = [t for folder in given.folders for t in glob.glob(f"tests/unit/{folder}/test_*.c")]
    waiting = list(tests)
    running = []
    while waiting or running:
        while waiting and len(running) < os.cpu_count():
            test = waiting.pop()
            os.makedirs(f".build/{os.path.dirname(test)}", exist_ok=True)
            running.append(subprocess.Popen([*flags, "-w", "-Isrc", "-Itests/unit", "-c", "-o", object_of(test), test]))
        if running.pop(0).wait():
            sys.exit("a test cannot be built")


def object_of(test):
    return f".build/{test[:-2]}.o"


def fails_unit(flags, libs, test, broken):
    if run([*flags, "-o", ".build/mutant-test", object_of(test), broken, ".build/libwhy502.a", "-lcmocka", *libs]):
        sys.exit(f"{test} cannot be linked")
    return run([".build/mutant-test"], 60, env={**os.environ, "W5_BUILD": ".build"}) != 0


def killed_by(flags, name):
    """None when it does not compile; else who noticed, "" nobody. The broken object is linked before the
    library, which then does not bring the sound one."""
    libs = [w for w in flags if w.startswith("-l")]
    broken = ".build/mutant.o"
    if run([*flags, "-w", "-c", "-o", broken, name]):
        return None
    own = tests_of(name)
    for test in own:
        if fails_unit(flags, libs, test, broken):
            return "its tests"
    if run([*flags, "-o", ".build/mutant", *glob.glob(".build/src/cli/*.o"), broken, ".build/libwhy502.a", *libs]):
        sys.exit(f"{name}: the program cannot be linked")
    if fails(["sh", "tests/e2e/run.sh", ".build/limited", ".build/e2e"], 600):
        return "stories"
    if fails([sys.executable, "-u", "tests/e2e/verdicts.py"], 1200, WHY502=".build/limited", FIXTURES="fixtures"):
        return "verdicts"
    for test in sorted(glob.glob(f"{os.path.dirname(name).replace('src', 'tests/unit', 1)}/test_*.c")):
        if test not in own and fails_unit(flags, libs, test, broken):
            return "its module's tests"
    return ""


def first_failure(who):
    return fails(["sh", "tests/e2e/run.sh", ".build/limited", ".build/e2e"], 600) if who == "stories" else ""


def report(folder, count):
    total = sum(count.values())
    killed = total - count.get("", 0)
    parts = ", ".join(f"{who} {n}" for who, n in sorted(count.items()) if who)
    print(f"{folder}: {killed} of {total} mutants killed, {100 * killed / max(1, total):.0f} % ({parts})", flush=True)


def main():
    given.again = given.again and os.path.abspath(given.again)
    flags = prepare()
    prebuild(flags)
    chosen = sample()
    first = True
    counts = {folder: {} for folder in given.folders}
    until = time.time() + given.seconds
    for place in chosen:
        name = place[0]
        if sum(sum(c.values()) for c in counts.values()) >= given.mutants or time.time() > until:
            break
        original = open(name, encoding="utf-8").read()
        if first:
            who = killed_by(flags, name)
            if who != "":
                sys.exit(f"{name}: {who} fail before anything is broken: {first_failure(who)}")
            first = False
        text, change = mutate(original, place)
        if text is None:
            continue
        with open(name, "w", encoding="utf-8") as f:
            f.write(text)
        who = killed_by(flags, name)
        with open(name, "w", encoding="utf-8") as f:
            f.write(original)
        if who is not None:
            count = counts[name.split("/")[1]]
            count[who] = count.get(who, 0) + 1
            if not who:
                print(f"survived {name}:{place[1] + 1}: {change}", flush=True)
    everything = {}
    for folder, count in counts.items():
        report(folder, count)
        for who, n in count.items():
            everything[who] = everything.get(who, 0) + n
    report(f"seed {given.seed}", everything)


main()
