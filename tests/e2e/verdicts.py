#!/usr/bin/python3
"""verdicts.py -- every recorded incident names its true cause, every healthy day stays silent.

Usage: WHY502=<binary> FIXTURES=<folder> verdicts.py [STORY...]

The truth stands in truth.json beside each recording; it was counted while the failure was provoked.
For each recording: the cause and the first remedy, failed requests and statuses as the clients
counted them, sums that must hold in any report, evidence that stands where the report says, and
the same answer from a folder, from concatenated files, from `tail`, and from compressed files.
Prints "ok NAME" or "FAIL NAME: why" for each test.
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

import contract

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
FIXTURES = os.path.abspath(os.environ.get("FIXTURES", "fixtures"))


def tell(arguments, folder, feed=None):
    """What the program prints, or a RuntimeError that says what went wrong."""
    done = subprocess.run([WHY502, *arguments], cwd=folder, input=feed,
                          stdin=None if feed is not None else subprocess.DEVNULL,
                          capture_output=True, timeout=120)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode()[-200:]}")
    return done.stdout


def run(arguments, folder, feed=None):
    return json.loads(tell(["-o", "json", *arguments], folder, feed))


def config_arguments(truth):
    return [word for name in truth.get("config") or [] for word in ("--config", name)]


def expect(problems, is_so, words):
    if not is_so:
        problems.append(words)


def check_sums(report, problems):
    for source in report["sources"]:
        parts = sum(source[k] for k in ("understood", "not_understood", "cut", "forged"))
        expect(problems, source["lines"] == parts, f"{source['name']}: lines do not add up")
        expect(problems, source["not_understood"] == 0,
               f"{source['name']}: {source['not_understood']} lines not understood")
    for part in [report, *[i for i in report["incidents"] if "codes" in i]]:
        expect(problems, sum(part["classes"].values()) == sum(part["codes"].values()),
               "codes do not sum to classes")


def lines_of(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read().decode("utf-8", "replace").split("\n")[:-1]


def says(lines, number, text):
    """A line, the first 400 bytes of a long one, or, of a record of several (a slow query, a
    traceback), one of the next, or what stands behind the journal's prefix."""
    first = lines[number - 1]
    return (first == text or text in lines[number:number + 40]
            or first.endswith(": " + text)
            or len(first.encode()) > 400 and len(text.encode()) >= 396 and first.startswith(text))


def check_evidence(truth, folder, problems):
    """Every line that is quoted exists and says what is quoted."""
    logs = {name: lines_of(folder, name) for name in truth["args"]}
    report = run([*config_arguments(truth), "--redact", "none", *truth["args"]], folder)
    for incident in report["incidents"]:
        expect(problems, incident.get("evidence"), f"{incident['cause']['id']} has no evidence")
        for line in incident.get("evidence", []):
            name, number = line["source"], line["line"]
            exists = name in logs and 1 <= number <= len(logs[name])
            expect(problems, exists, f"evidence {name}:{number} does not exist")
            expect(problems, not exists or says(logs[name], number, line["text"]),
                   f"{name}:{number} does not say '{line['text']}'")


def check_citations(truth, folder, problems):
    """Every line that a sentence cites exists; the named cause and those beside it cite some."""
    logs = {name: len(lines_of(folder, name)) for name in truth["args"]}
    words = ["-v", "--width", "1000", "--color", "never", *config_arguments(truth), *truth["args"]]
    text = tell(words, folder).decode()
    for name, numbers in re.findall(r"([\w.-]+\.log):(\d+(?:,\d+)*)", text):
        for number in map(int, numbers.split(",")):
            expect(problems, 1 <= number <= logs.get(name, 0), f"{name}:{number} is cited, and is not there")
    for cause in re.findall(r"^(?:Cause|Also)  .*\n(?:  (?! ).*\n)*", text, re.M):
        sentence = cause.rstrip().split("\n")[-1]
        expect(problems, re.search(r"\.log:\d+[^()]*\)\.?$", sentence), f"no line is cited: {sentence.strip()}")


def check_truth(report, truth, problems):
    incidents = report["incidents"]
    if truth.get("cause") is None:
        expect(problems, not incidents, f"{len(incidents)} incidents on a healthy day")
        return
    if not incidents:
        problems.append("no incident")
        return
    wanted = sorted((c["upstream"], c["cause"]) for c in truth.get("causes") or [])
    got = sorted((i["upstream"] or "", i["cause"]["id"]) for i in incidents)
    if wanted:
        expect(problems, [c for _, c in wanted] == [c for _, c in got], f"causes {got}, should be {wanted}")
    else:
        named = {i["cause"]["id"] for i in incidents}
        expect(problems, named == {truth["cause"]}, f"cause {sorted(named)}, should be {truth['cause']}")
    for incident in incidents:
        first = next((r["id"] for r in incident["remedies"] if r["state"] == "advised"), None)
        expect(problems, first not in (truth.get("never_first") or []), f"{first} must never be first")
        if truth.get("first_remedy") and not wanted:
            expect(problems, first == truth["first_remedy"],
                   f"first remedy {first}, should be {truth['first_remedy']}")
    failed = truth.get("requests_failed")
    if failed is not None:
        total = sum(i["requests_failed"] for i in incidents)
        expect(problems, total == failed, f"{total} requests failed, should be {failed}")
    if truth.get("pattern"):
        expect(problems, any(i["pattern"] == truth["pattern"] for i in incidents),
               f"pattern {incidents[0]['pattern']}, should be {truth['pattern']}")
    for name, count in (truth.get("classes") or {}).items():
        expect(problems, report["classes"].get(name) == count,
               f"{report['classes'].get(name)} lines of {name}, should be {count}")


def gist(report):
    return [(i["cause"]["id"], i["cause"]["confidence"], i["start"], i["requests_failed"], i["classes"])
            for i in report["incidents"]]


def ways_in(truth, folder, scratch):
    """The same logs by other ways: (name, arguments, standard input)."""
    names = truth["args"]
    contents = [open(os.path.join(folder, name), "rb").read() for name in names]
    for name, content in zip(names, contents):
        with gzip.open(os.path.join(scratch, name + ".gz"), "wb") as file:
            file.write(content)
    headed = b"\n".join(b"==> " + name.encode() + b" <==\n" + content for name, content in zip(names, contents))
    yield "gzip", [os.path.join(scratch, name + ".gz") for name in names], None
    yield "tail", ["-"], headed
    yield "backwards", list(reversed(names)), None
    if len(names) > 1:
        yield "cat", ["-"], b"".join(contents)


def story(kind, name):
    folder = os.path.join(FIXTURES, kind, name)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    config = config_arguments(truth)
    problems = []
    report = run([*config, *truth["args"]], folder)
    check_sums(report, problems)
    problems += contract.problems(report)
    check_truth(report, truth, problems)
    check_evidence(truth, folder, problems)
    check_citations(truth, folder, problems)
    yield f"{name}", problems
    with tempfile.TemporaryDirectory() as scratch:
        for way, arguments, feed in ways_in(truth, folder, scratch):
            other = run([*config, *arguments], folder, feed)
            yield f"{name} by {way}", [] if gist(other) == gist(report) else [f"{gist(other)} is not {gist(report)}"]


NEVER_AN_INCIDENT = {"client-abort"}


def check_causes():
    """Every cause of the catalogue wins in one recording, and is near and wrong in another."""
    told = subprocess.run([WHY502, "list", "causes"], capture_output=True, text=True, timeout=60)
    known = {line.split()[0] for line in told.stdout.splitlines() if line.startswith("  ") and line[2] != " "}
    wins, loses, named = set(NEVER_AN_INCIDENT), {"unknown"}, set()
    for kind in ("incidents", "healthy"):
        for name in os.listdir(os.path.join(FIXTURES, kind)):
            with open(os.path.join(FIXTURES, kind, name, "truth.json"), encoding="utf-8") as file:
                truth = json.load(file)
            right = {c["cause"] for c in truth.get("causes") or []} or {truth["cause"]}
            wins |= right
            loses |= set(truth.get("near") or []) - right
            named |= right | loses
    lacks = (("wins nowhere", known - wins), ("is nowhere a near miss", known - loses),
             ("is no cause", named - known - {None}))
    return [f"{cause} {what}" for what, causes in lacks for cause in sorted(causes)]


def main():
    only = set(sys.argv[1:])
    failed = False
    if not only:
        problems = check_causes()
        print(f"FAIL causes: {'; '.join(problems)}" if problems else "ok causes")
        failed |= bool(problems)
    for kind in ("incidents", "healthy"):
        for name in sorted(os.listdir(os.path.join(FIXTURES, kind))):
            if only and name not in only:
                continue
            try:
                for test, problems in story(kind, name):
                    print(f"FAIL {test}: {'; '.join(problems)}" if problems else f"ok {test}")
                    failed |= bool(problems)
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as trouble:
                print(f"FAIL {name}: {trouble}")
                failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main())
