#!/usr/bin/python3
"""fleet.py -- a thousand hosts in one report: time, memory, and whether the cause is right.

Usage: WHY502=<binary> FIXTURES=<folder> fleet.py [HOSTS]

Each host has the events of a recorded incident under a name of its own, its clock up to two seconds
off; the database's log, where there is one, is on one machine for all. All arrive shuffled. Budget: the
right cause for every host, and no more than 64 MiB. What the hosts share is one incident.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
FIXTURES = os.path.abspath(os.environ.get("FIXTURES", "fixtures"))
BUDGET = 64 * 1024  # KiB
OF_DATABASE = '"source":"mysql'
STAMP = re.compile(r'"(time|stamp|first|last|query_start|query_end)":"([0-9T:-]+)')


def events_of(story):
    folder = os.path.join(FIXTURES, "incidents", story)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    done = subprocess.run([WHY502, "-o", "events", "--host", "HOST", *truth["args"]], cwd=folder,
                          capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return truth["cause"], done.stdout.replace('"web-1"', '"HOST"').splitlines()


def moved(line, seconds):
    def later(found):
        at = time.mktime(time.strptime(found[2], "%Y-%m-%dT%H:%M:%S")) + seconds
        return f'"{found[1]}":"{time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(at))}'
    return STAMP.sub(later, line)


def write_fleet(file, lines, hosts, dice):
    by_clock = {s: [moved(line, s) for line in lines] for s in range(-2, 3)}
    every = [line.replace('"HOST"', '"db1"') for line in lines if OF_DATABASE in line]
    for host in range(hosts):
        name = f"web-{host:04}"
        mine = [line for line in by_clock[dice.randrange(-2, 3)] if OF_DATABASE not in line]
        every += [line.replace('"HOST"', f'"{name}"').replace('"id":"', f'"id":"{host:04}') for line in mine]
    dice.shuffle(every)
    file.write("\n".join(every) + "\n")
    return len(every)


def peak_of(child):
    """VmHWM in KiB: what wait4 tells has this script's own memory in it."""
    peak = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                peak = max([peak] + [int(line.split()[1]) for line in status if line.startswith("VmHWM")])
        except OSError:
            pass
        time.sleep(0.005)
    return peak


def measure(story, hosts):
    cause, lines = events_of(story)
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        count = write_fleet(file, lines, hosts, random.Random(502))
        file.flush()
        start, before = time.monotonic(), os.times().children_user + os.times().children_system
        child = subprocess.Popen([WHY502, "-o", "json", "-O", file.name + ".json", file.name])
        memory = peak_of(child)
        took = time.monotonic() - start
        busy = os.times().children_user + os.times().children_system - before
    with open(file.name + ".json", encoding="utf-8") as answer:
        report = json.load(answer)
    os.unlink(file.name + ".json")
    found = len(report["incidents"])
    # incidents beyond 200 are told without their hosts: each is of one
    right = sum(len(i.get("hosts", "x")) for i in report["incidents"] if i["cause"]["id"] == cause)
    met = memory <= BUDGET and right == hosts
    print(f"fleet     {story}: {hosts} hosts, {count} events: {took:.2f} s ({busy:.2f} s of CPU), {memory} KiB "
          f"(64 MiB), {found} incident(s), {cause} for {right} hosts ({'met' if met else 'MISSED'})")


if __name__ == "__main__":
    for told in ("app-down", "db-slow-query", "deploy-restart"):
        measure(told, int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
