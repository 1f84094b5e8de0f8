#!/usr/bin/python3
"""hosts.py -- what several machines share is named once, and what they do not share is kept apart.

Usage: WHY502=<binary> FIXTURES=<folder> hosts.py [NAME...]

A fleet is made of recorded incidents: the events of a recording get another host's name and another
moment, its database's logs, where the story wants it, a machine of their own. Each story says which
incidents must come out: (cause, hosts in order, fleet). The others are near misses: machines that
fail in the same minute for reasons of their own.
Prints "ok NAME" or "FAIL NAME: why" for each story.
"""
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
FIXTURES = os.path.abspath(os.environ.get("FIXTURES", "fixtures"))
STAMP = re.compile(r'"(time|stamp|first|last|query_start|query_end)":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
FLEET = re.compile(r'"host":"[^"]*"')


def run(arguments, folder, feed=None):
    done = subprocess.run([WHY502, *arguments], cwd=folder, input=feed, capture_output=True, timeout=120, check=False,
                          stdin=None if feed is not None else subprocess.DEVNULL, text=True,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1795183200"})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr[-200:]}")
    return done.stdout


def part(story, host, at=None, later=0, only=None, upstream=None, clock=0):
    """The events of a recording on another host: its first event at `at` (seconds of the day), or
    `later` seconds. `only` names the logs wanted; `clock` is what that host's clock is wrong by."""
    folder = os.path.join(FIXTURES, "incidents", story)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    config = [word for c in truth.get("config") or [] for word in ("--config", os.path.join(folder, c))]
    logs = [a for a in truth["args"] if not only or any(a.startswith(o) for o in only.split())]
    lines = run(["-o", "events", "--host", host, *config, *logs], folder)
    if at is not None:
        first = min(datetime.datetime.fromisoformat(m[2]) for m in STAMP.finditer(lines) if m[1] == "time")
        start = datetime.datetime(2026, 11, 20) + datetime.timedelta(seconds=at)
        later = (start - first).total_seconds()

    def moved(found):
        moment = datetime.datetime.fromisoformat(found[2]) + datetime.timedelta(seconds=later + clock)
        return f'"{found[1]}":"{moment.isoformat()}'
    lines = FLEET.sub(f'"host":"{host}"', STAMP.sub(moved, lines)).replace('"id":"', f'"id":"{host}{int(later)}')
    return lines.replace("127.0.0.1:8000", upstream) if upstream else lines


WEB = "error.log access.log gunicorn journal"


def with_database(story, *hosts):
    """One recording on several web servers, the database's logs on a machine of its own."""
    web = [part(story, host, later=n, only=WEB) for n, host in enumerate(hosts)]
    return web + [part(story, "db1", only="mysql mariadb")]


def deploys(gap):
    return [part("deploy-restart", host, at=36000 + gap * n) for n, host in enumerate(("web2", "web3", "web1"))]


NOON = 12 * 3600
STORIES = {
    "a database that was stopped": (
        lambda: with_database("db-down", "web1", "web2", "web3"),
        [("db-down", "web1 web2 web3", "one-database")]),
    "a database that was killed": (
        lambda: with_database("db-killed", "web1", "web2"),
        [("db-down", "web1 web2", "one-database")]),
    "a slow query that all wait for": (
        lambda: with_database("db-slow-query", "web1", "web2", "web3"),
        [("db-slow-query", "web1 web2 web3", "one-database")]),
    "a lock that all wait for": (
        lambda: with_database("db-lock-contention", "web1", "web2", "web3"),
        [("db-lock-contention", "web1 web2 web3", "one-database")]),
    "no connection left for anybody": (
        lambda: [part("db-too-many-connections", f"web{n}", later=n) for n in (1, 2, 3)],
        [("db-too-many-connections", "web1 web2 web3", "one-database")]),
    "databases of their own stop in the same second": (
        lambda: [part("db-down", f"web{n}") for n in (1, 2)],
        [("db-down", "web1", "one-host"), ("db-down", "web2", "one-host")]),
    "no connection left, minutes apart": (
        lambda: [part("db-too-many-connections", f"web{n}", later=300 * n) for n in (1, 2)],
        [("db-too-many-connections", "web1", "one-host"), ("db-too-many-connections", "web2", "one-host")]),
    "a deploy from host to host": (
        lambda: deploys(90),
        [("deploy-restart", "web2 web3 web1", "one-deploy")]),
    "a deploy of all at once": (
        lambda: deploys(1),
        [("deploy-restart", "web2 web3 web1", "one-deploy")]),
    "deploys of different hours": (
        lambda: deploys(3600),
        [("deploy-restart", f"web{n}", "one-host") for n in (1, 2, 3)]),
    "the same application server behind three": (
        lambda: [part("nginx-read-timeout", f"web{n}", later=n, only="error.log access.log",
                      upstream="10.0.0.5:8000") for n in (1, 2, 3)],
        [("nginx-read-timeout", "web1 web2 web3", "one-upstream")]),
    "the same trouble at home with each": (
        lambda: [part("nginx-read-timeout", f"web{n}", later=n, only="error.log access.log") for n in (1, 2, 3)],
        [("nginx-read-timeout", f"web{n}", "one-host") for n in (1, 2, 3)]),
    "one minute, four hosts, four causes": (
        lambda: [part("app-down", "web1", at=NOON), part("gunicorn-worker-timeout", "web2", at=NOON + 3),
                 part("header-too-big", "web3", at=NOON + 5), part("db-slow-query", "web4", at=NOON + 1)],
        [("app-down", "web1", "one-host"), ("gunicorn-worker-timeout", "web2", "one-host"),
         ("header-too-big", "web3", "one-host"), ("db-slow-query", "web4", "one-host")]),
    "a neighbour's worker hangs before the database stops": (
        lambda: with_database("db-down", "web1", "web2")
        + [part("gunicorn-worker-timeout", "web3", at=20 * 3600)],
        [("db-down", "web1 web2", "one-database"), ("gunicorn-worker-timeout", "web3", "one-host")]),
    "a kill on one host of two with the same pids": (
        lambda: [part("worker-oom-kill", "web1", at=NOON), part("unknown-premature-close", "web2", at=NOON + 2)],
        [("worker-oom-kill", "web1", "one-host"), ("unknown", "web2", "one-host")]),
    "one host of three": (
        lambda: [part("app-down", "web2", at=NOON)]
        + [part("header-too-big", f"web{n}", at=NOON - 1200) for n in (1, 3)]
        + [part("header-too-big", f"web{n}", at=NOON + 1200) for n in (1, 3)],
        [("app-down", "web2", "one-of-many")] + [("header-too-big", f"web{n}", "one-host") for n in (1, 1, 3, 3)]),
    "nginx here, the application there": (
        lambda: [part("deploy-restart", "web1", only="error.log access.log", upstream="10.0.0.5:8000"),
                 part("deploy-restart", "app1", only="gunicorn", upstream="0.0.0.0:8000")],
        [("deploy-restart", "web1", "one-host")]),
    "the application's host is 40 s ahead": (
        lambda: [text for later in (0, 410, 1130) for text in (
            part("worker-oom-kill", "web1", later=later, only="error.log access.log", upstream="10.0.0.5:8000"),
            part("worker-oom-kill", "app1", later=later, only="gunicorn kern journal", upstream="0.0.0.0:8000",
                 clock=40))],
        [("worker-oom-kill", "web1", "one-host")] * 3),
}


def wrong(name):
    make, wanted = STORIES[name]
    report = json.loads(run(["-o", "json", "-"], ".", "".join(make())))
    got = sorted((i["cause"]["id"], " ".join(i["hosts"]), i["fleet"]) for i in report["incidents"])
    if got != sorted(wanted):
        return f"{got} are not {sorted(wanted)}"
    for incident in report["incidents"]:
        said = incident["verdict"]
        if len(incident["hosts"]) > 1 and f"{len(incident['hosts'])} hosts" not in said:
            return f"the verdict does not tell of {len(incident['hosts'])} hosts: {said}"
        if incident["statuses"] and incident["requests_failed"] != sum(n for s, n in incident["statuses"].items() if int(s) >= 500):
            return f"{incident['requests_failed']} requests failed, and clients saw {incident['statuses']}"
    if "ahead" in name and not any("shifted by -40 s" in note and "app1/" in note for note in report["notes"]):
        return f"the clock's 40 s are not told: {report['notes']}"
    return ""


def folders(told):
    """What a collector sorted into folders is of the host that the folder names."""
    with tempfile.TemporaryDirectory() as top:
        for host, story in (("web1", "app-down"), ("web2", "header-too-big")):
            shutil.copytree(os.path.join(FIXTURES, "incidents", story), os.path.join(top, "log", "remote", host))
        logs = sorted(glob.glob("log/remote/*/*.log", root_dir=top))
        feed = run(["-o", "events", *logs], top) if told else None
        report = json.loads(run(["-o", "json", *(["-"] if told else logs)], top, feed))
    got = sorted((i["cause"]["id"], *i["hosts"]) for i in report["incidents"])
    return "" if got == [("app-down", "web1"), ("header-too-big", "web2")] else str(got)


def examples():
    """The tables shipped for other engines have columns that events have."""
    shipped = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "deliver", "fleet")
    with open(os.path.join(shipped, "clickhouse.sql"), encoding="utf-8") as file:
        columns = set(re.findall(r"^    (\w+) \w", file.read(), re.M))
    with open(os.path.join(shipped, "opensearch-template.json"), encoding="utf-8") as file:
        mapped = set(json.load(file)["template"]["mappings"]["properties"])
    lines = run(["-o", "events", "error.log", "gunicorn.log"], os.path.join(FIXTURES, "incidents", "app-down"))
    known = set().union(*(json.loads(line) for line in lines.splitlines()))
    strange = sorted((columns | mapped) - known)
    return f"no event has {strange}" if strange or len(columns) < 10 else ""


def main():
    failed = False
    if len(sys.argv) == 1:
        print("FAIL hosts: examples: " + examples() if examples() else "ok hosts: examples for other engines")
        failed = bool(examples())
        for told in (False, True):
            why = folders(told)
            print(f"FAIL hosts: folders, told {told}: {why}" if why else f"ok hosts: folders, told {told}")
            failed = failed or bool(why)
    for name in STORIES:
        if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
            continue
        try:
            why = wrong(name)
        except (RuntimeError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as fault:
            why = str(fault)
        print(f"FAIL hosts: {name}: {why}" if why else f"ok hosts: {name}")
        failed = failed or bool(why)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
