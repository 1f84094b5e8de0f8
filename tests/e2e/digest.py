#!/usr/bin/python3
"""digest.py -- what the program makes of every recording, a few lines each, for a person to compare.

Usage: WHY502=<binary> FIXTURES=<folder> digest.py

Where verdicts.py holds the answer against what was provoked, this shows how the answer came about:
counts, causes with their scores, the lines they rest on, remedies in order, what would settle it. The
story diagnosis-all-incidents keeps it, so that nothing of it changes unseen.
"""
import concurrent.futures
import json
import os
import subprocess

WHY502 = os.path.abspath(os.environ["WHY502"])
FIXTURES = os.path.abspath(os.environ["FIXTURES"])


def tallies(counts):
    return " ".join(f"{name} {count}" for name, count in counts.items())


def lines(evidence):
    """"gunicorn.log:2,7 error.log:3 x 21", those against it marked."""
    places = {}
    for e in evidence:
        mark = {"for": "", "context": "~", "against": "!"}[e["role"]]
        often = f"x{e['count']}" if e["count"] > 1 else ""
        places.setdefault(e["source"], []).append(f"{mark}{e['line']}{often}")
    return " ".join(f"{name}:{','.join(numbers)}" for name, numbers in places.items())


def remedies(advice):
    states = {}
    for a in advice:
        states.setdefault(a["state"], []).append(a["id"])
    return "; ".join(f"{state}: {' '.join(ids)}" for state, ids in states.items())


def finding(f):
    return f"{f['id']} {f['confidence']} {f.get('score', '-')} {f.get('explains', '-')}"


def incident(i):
    yield (f"{i['severity']} {i['start']} {i['end']} over {i['over']} {i['over_by'] or '-'} {i['upstream']} "
           f"{i['pattern'] or '-'}")
    yield f"failed {i['requests_failed']} of {i['errors']}: {tallies(i['codes'])}; {tallies(i['statuses'])}; {tallies(i['kinds'])}"
    yield f"cause {finding(i['cause'])}"
    for name in ("chain", "alternatives"):
        if i[name]:
            yield f"{name} {', '.join(finding(f) for f in i[name])}"
    yield f"lines {lines(i['evidence'])}"
    yield remedies(i["remedies"])
    if i["would_settle"]:
        yield f"settled by {' '.join(s['source'] for s in i['would_settle'])}"


def digest(kind, name):
    folder = os.path.join(FIXTURES, kind, name)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    config = [word for c in truth.get("config") or [] for word in ("--config", c)]
    done = subprocess.run([WHY502, "--host", "web-1", "-o", "json", *config, *truth["args"]], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    report = json.loads(done.stdout)
    told = [f"== {name}: {report['status']}, {report['lines']} lines, {report['upstream_errors']} errors; "
            f"{tallies(report['kinds'])}; {tallies(report['look_alikes'])}"]
    told += [f"  {s['name']} {s['timezone']} {s['timezone_from']} {s['shift_s']} s" for s in report["sources"]]
    for b in report["background"]:
        told.append(f"  background {b['class']} {b['count']} {finding(b['cause'])}")
    for i in report["incidents"]:
        told += [("  - " if n == 0 else "    ") + text.rstrip() for n, text in enumerate(incident(i))]
    return "\n".join(told)


def main():
    all_of_them = [(kind, name) for kind in ("incidents", "healthy")
                   for name in sorted(os.listdir(os.path.join(FIXTURES, kind)))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(lambda one: digest(*one), all_of_them):
            print(text)


main()
