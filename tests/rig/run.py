#!/usr/bin/python3
"""Run the rig's stories: run.py [STORY…] [--record] [--short] [--list]

Each story starts real servers on loopback, provokes its failure and collects
the logs. --record writes them to fixtures/. If why502 is built ($WHY502, else
.build/why502) it reads them, and its verdict is held against the truth. The
last line is `N passed, N failed`; the exit status is 1 if anything failed.
"""
import argparse
import concurrent.futures
import importlib
import inspect
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

import harness

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
FIXTURES = TOP / "fixtures"
WHY502 = pathlib.Path(os.environ.get("WHY502", TOP / ".build" / "why502")).absolute()
LONGEST = 180
BIGGEST = 150 * 1024
SKIPPED = 77
ANSWERED_5XX = r'" (?:5\d\d|009) \d+ "'


def main():
    options = parse()
    load_stories()
    if options.list:
        print("\n".join(harness.STORIES))
        return 0
    if options.inside:
        return tell_here(options)
    verdicts = tell_all(choose(options), options)
    failed = sum(verdict != 0 and verdict != SKIPPED for verdict in verdicts)
    print(f"{verdicts.count(0)} passed, {failed} failed")
    return 1 if failed else 0


def parse():
    parser = argparse.ArgumentParser(description="provoke real failures, record their logs")
    parser.add_argument("stories", nargs="*", metavar="STORY")
    parser.add_argument("--record", action="store_true", help="write fixtures/")
    parser.add_argument("--short", action="store_true", help="only a few quick stories")
    parser.add_argument("--list", action="store_true", help="name the stories")
    parser.add_argument("--jobs", type=int, default=3, help="stories at once (default 3)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def load_stories():
    for path in sorted(HERE.glob("stories_*.py")):
        importlib.import_module(path.stem)


def choose(options):
    unknown = set(options.stories) - set(harness.STORIES)
    if unknown:
        sys.exit(f"run.py: no such story: {', '.join(sorted(unknown))}")
    return [told for told in harness.STORIES.values()
            if (told.name in options.stories or not options.stories)
            and (told.short or not options.short)]


def tell_all(chosen, options):
    """Every story in a process of its own; answers their exit statuses."""
    inside = ["unshare", "--net", "--mount", "--uts", "--"]
    own = subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    if own:
        os.environ["W5_RIG_NAMESPACES"] = "1"
    elif options.record:
        sys.exit("run.py: --record needs namespaces: the logs would name other folders and ports")
    command = [*(inside if own else ()), sys.executable, __file__, "--inside",
               *(["--record"] if options.record else ())]

    def tell_one(told):
        return subprocess.run([*command, told.name], check=False).returncode

    with concurrent.futures.ThreadPoolExecutor(options.jobs if own else 1) as pool:
        return list(pool.map(tell_one, chosen))


def tell_here(options):
    """Tell one story in this process and print its line of the table."""
    if harness.OWN_NAMESPACES:
        prepare_namespaces()
    (told,) = choose(options)
    verdict = run(told, options.record)
    print(f"{told.name:34} {verdict}", flush=True)
    return 1 if verdict.startswith("FAILED") else SKIPPED if verdict.startswith("skipped") else 0


def prepare_namespaces():
    # without an IPv6 address beside ::1 the resolver hides what "localhost" is in IPv6
    for command in (f"hostname {harness.HOST}", "ip link set lo up",
                    "ip address add 2001:db8::10/128 dev lo",
                    "mount -t tmpfs -o mode=755 shop /srv",
                    *(f"ip address add 203.0.113.{10 + client}/32 dev lo" for client in range(40))):
        subprocess.run(command.split(), check=True)
    pathlib.Path("/srv/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    subprocess.run(["mount", "--bind", "/srv/hosts", "/etc/hosts"], check=True)


def run(told, record):
    """Tell one story and judge the program by it; answers a line for the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / told.name
        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(LONGEST)
        begun = time.monotonic()
        try:
            facts, told_text = tell(told, folder)
        except harness.Skipped as lack:
            return f"skipped: {lack}"
        except Exception as error:
            return f"FAILED to provoke: {type(error).__name__}: {error}"
        finally:
            signal.alarm(0)
        seconds = time.monotonic() - begun
        (folder / "STORY.md").write_text(told_text)
        fault = unfit(folder, facts, told)
        if fault:
            return f"FAILED: {fault}"
        if record:
            publish(told, folder)
        failed = facts["requests_failed"]
        return f"{judge(facts, folder)}  ({failed} failed requests, {seconds:.0f} s)"


def too_long(*_):
    raise TimeoutError(f"longer than {LONGEST} s")


def tell(told, folder):
    rig = harness.Rig()
    try:
        extra = told.tell(rig)
        rig.collect_stderr()
        facts = harness.save(told, rig, extra, folder)
        if told.healthy and facts["requests_failed"]:
            raise RuntimeError("requests failed on a healthy day")
        return facts, story_text(told, rig, facts)
    finally:
        rig.close()


def unfit(folder, facts, told):
    """Why these logs can't be a fixture, or None."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > BIGGEST:
        return f"{size} bytes of logs are too many"
    for path in folder.iterdir():
        if str(TOP) in path.read_text(errors="replace"):
            return f"{path.name} names this machine's folders"
    access = folder / "access.log"
    logged = len(re.findall(ANSWERED_5XX, access.read_text())) if access.exists() else None
    seen = sum(count for status, count in facts["statuses"].items() if status != "cut")
    if logged not in (None, seen) and not told.behind_balancer:
        return f"clients saw {seen} failures, access.log has {logged}"
    return None


def publish(told, folder):
    target = FIXTURES / ("healthy" if told.healthy else "incidents") / told.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)


def story_text(told, rig, facts):
    """STORY.md: what was provoked, with what, what the clients saw, the right verdict."""
    seen = ", ".join(f"{count} × {status}" for status, count in facts["statuses"].items())
    verdict = "no incident" if told.healthy else f"`{told.cause}`" + \
        (f" ({facts['incidents']} incidents)" if facts["incidents"] != 1 else "")
    also = f" (in its chain: {', '.join(f'`{cause}`' for cause in told.also)})" if told.also else ""
    text = "\n".join(textwrap.fill(part, 80) + "\n"
                     for part in inspect.cleandoc(told.tell.__doc__).split("\n\n"))
    lines = [f"# {told.name}\n", text,
             *(textwrap.fill(remark, 80) + "\n" for remark in rig.remarks),
             f"- Recorded: {harness.today()}, {versions(rig)}",
             f"- Zones: nginx {rig.zone}; other stamps carry their own offset",
             f"- Clients saw: {total(rig)} answers, failed: {seen or 'none'}",
             f"- Composed, not written by a daemon: {', '.join(facts['composed']) or 'nothing'}",
             f"- Right verdict: {verdict}{also}"]
    if told.first_remedy:
        lines.append(f"- First remedy: `{told.first_remedy}`; never first: "
                     + (", ".join(f"`{remedy}`" for remedy in told.never_first) or "–"))
    return "\n".join(lines) + "\n"


def total(rig):
    return sum(len(clients.answers) for clients in rig.clients)


def versions(rig):
    """The versions of what took part, by Debian's packages where it is one."""
    packages = {"nginx": "nginx-light", "gunicorn": "gunicorn", "mariadbd": "mariadb-server",
                "uwsgi": "uwsgi-core", "php-fpm": "php8.2-fpm", "node": "nodejs",
                "puma": "puma", "tomcat": "tomcat10"}
    running = {daemon.name for daemon in rig.daemons} - {"gunicorn" if rig.from_source else ""}
    query = ["dpkg-query", "-W", "-f", "${Package} ${Version}, ",
             *(packages[name] for name in packages if name in running)]
    found = subprocess.run(query, text=True, capture_output=True, check=True).stdout.rstrip(", ")
    return ", ".join(filter(None, (found, rig.from_source)))


def judge(facts, folder):
    """Hold the program's verdict against the truth."""
    if not WHY502.exists():
        return "recorded, not judged: no why502 is built"
    config = [word for name in facts["config"] for word in ("--config", name)]
    ran = subprocess.run([WHY502, "-o", "json", *config, *facts["args"]], cwd=folder, text=True,
                         capture_output=True, timeout=60, check=False)
    try:
        incidents = json.loads(ran.stdout)["incidents"]
    except (json.JSONDecodeError, KeyError):
        return f"FAILED: exit status {ran.returncode}, no verdict: {ran.stderr.strip()[:100]}"
    found = sorted(incident["cause"]["id"] for incident in incidents[:facts["incidents"] or None])
    wanted = sorted(one["cause"] for one in facts.get("causes", [])) or [facts["cause"]] * facts["incidents"]
    names = ", ".join(found) or "no incident"
    return f"ok: {names}" if found == wanted else f"FAILED: {names} instead of {', '.join(wanted)}"


if __name__ == "__main__":
    sys.exit(main())
