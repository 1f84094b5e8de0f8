#!/usr/bin/python3
"""lasting.py -- what is counted once and told once although runs overlap, clocks step, files change their
numbers, the disk may lose what was not synced, and a follower hears nothing.

usage: WHY502=PROGRAM python3 tests/e2e/lasting.py [--long] [NAME...]
Prints "ok NAME" or "FAIL NAME: why" a test, "skipped NAME: why" where something is not here."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
LONG = "--long" in sys.argv
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
       "ASAN_OPTIONS": "detect_leaks=0"}  # which a traced process cannot do


class Skipped(Exception):
    """Something that the test needs is not on this machine."""


def stamp(at):
    return time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(at))


def line(n, at=None):
    return (f"{stamp(time.time() if at is None else at)} [error] 7#7: *{n} connect() failed (111: Connection refused) "
            f'while connecting to upstream, client: 10.0.0.1, server: a.example, request: "GET /p{n} HTTP/1.1", '
            f'upstream: "http://127.0.0.1:8000/p{n}", host: "a.example"\n')


def put(name, text, mode="w"):
    with open(name, mode, encoding="utf-8") as file:
        file.write(text)


def run(*arguments, env=None, **more):
    return subprocess.run([WHY502, "--no-config", *arguments], env=ENV | (env or {}), capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL, check=False, **more)


def report(*arguments, env=None):
    p = run("-o", "json", *arguments, env=env)
    assert p.returncode == 0, (p.returncode, p.stderr)
    return json.loads(p.stdout)


def errors(*arguments, env=None):
    """Errors that this run read; with --cron and nothing new there is no report."""
    p = run("-o", "json", *arguments, env=env)
    assert p.returncode == 0, (p.returncode, p.stderr)
    return json.loads(p.stdout)["upstream_errors"] if p.stdout else 0


# --- the state -------------------------------------------------------------------------------------
def runs_at_once_count_each_line_once():
    total, told = 0, 0
    for at_once in range(12):
        put("e.log", "".join(line(100 * at_once + n) for n in range(25)), "a")
        total += 25
        runs = [subprocess.Popen([WHY502, "--no-config", "--state", "s.db", "-o", "json", "e.log"], env=ENV, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(4)]
        for p in runs:
            out, err = p.communicate(timeout=60)
            assert p.returncode in (0, 75), (p.returncode, err)
            assert p.returncode == 0 or (not out and "holds the state" in err), (out[:100], err)
            told += json.loads(out)["upstream_errors"] if out else 0
    told += errors("--state", "s.db", "e.log")
    assert told == total, (told, total)


def a_number_that_is_used_again_is_another_file():
    put("e.log", "".join(line(n) for n in range(10)))
    assert errors("--state", "s.db", "e.log") == 10
    number = os.stat("e.log").st_ino
    held = []
    for n in range(2000):
        os.rename("e.log", "old") if n == 0 else None
        os.path.exists("old") and os.unlink("old")
        put(f"new{n}", "".join(line(1000 + k) for k in range(30)))
        if os.stat(f"new{n}").st_ino == number:
            os.rename(f"new{n}", "e.log")
            break
        held.append(f"new{n}")
    else:
        raise Skipped("a file system that uses a number again")
    for name in held:
        os.unlink(name)
    assert errors("--state", "s.db", "e.log") == 30
    assert errors("--state", "s.db", "e.log") == 0


def a_clock_that_steps_hides_nothing():
    now = int(time.time())
    total = 0
    for step, seconds in enumerate((0, -3 * 86400, 2_200_000_000 - now, 60)):
        put("e.log", "".join(line(10 * step + n, now + seconds) for n in range(5)), "a")
        total += errors("--state", "s.db", "e.log", env={"SOURCE_DATE_EPOCH": str(now + seconds)})
    assert total == 20, total


def many_rotations_leave_a_small_state():
    for n in range(120):
        put("e.log", line(n))
        assert errors("--state", "s.db", "e.log") == 1, n
        os.rename("e.log", "e.log.1")
    assert os.path.getsize("s.db") <= 1 << 20, os.path.getsize("s.db")


SYNCS = re.compile(r"^\d+ +(\w+)\((?:\w+, )?(?:(\d+)<([^>]*)>|\"([^\"]*)\"(?:, \"([^\"]*)\")?)")


def what_is_written_is_synced_in_order():
    """A journal before the database, the database before the journal goes; a report before its name."""
    if not shutil.which("strace"):
        raise Skipped("strace")
    put("e.log", line(1))
    errors("--state", "s.db", "e.log")
    put("e.log", line(2), "a")
    subprocess.run(["strace", "-f", "-y", "-qq", "-o", "trace", "-e", "trace=pwrite64,write,fsync,fdatasync,rename,unlink",
                    WHY502, "--no-config", "--state", "s.db", "-O", "report", "e.log"], env=ENV, timeout=60, check=True)
    here = os.getcwd()
    calls = []
    with open("trace", encoding="utf-8", errors="replace") as trace:
        for m in filter(None, map(SYNCS.match, trace)):
            path = os.path.basename(m[5] or m[4] or m[3])
            path = "." if (m[3] or "") == here else path
            word = {"pwrite64": "write", "fdatasync": "fsync"}.get(m[1], m[1])
            if path in ("s.db", "s.db-journal", ".", "report") or path.startswith("report."):
                calls.append((word, "report" if path.startswith("report.") else path))
    order = [call for n, call in enumerate(calls) if n == 0 or calls[n - 1] != call]

    def at(word, path, after=-1):
        return order.index((word, path), after + 1)
    renamed = at("rename", "report")
    assert at("write", "report") < at("fsync", "report") < renamed < at("fsync", ".", renamed), order
    gone = at("unlink", "s.db-journal")
    first, last = at("write", "s.db"), max(n for n, call in enumerate(order) if call == ("write", "s.db"))
    assert renamed < at("fsync", "s.db-journal") < first <= last < at("fsync", "s.db", last - 1) < gone, order


# --- following --------------------------------------------------------------------------------------
def follow(*arguments, change, **more):
    p = subprocess.Popen([WHY502, "--no-config", "-f", "-o", "json", *arguments], env=ENV, text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    got = []
    reader = threading.Thread(target=lambda: got.extend(p.stdout))
    reader.start()
    try:
        time.sleep(0.7)
        change()
        time.sleep(2.5)
    finally:
        p.send_signal(signal.SIGTERM)
        p.wait(timeout=30)
        reader.join()
        p.stderr.close()
    assert p.returncode == 0, p.returncode
    return json.loads(got[-1])["upstream_errors"]


def lines_at_once_are_all_counted():
    put("e.log", "")
    text = "".join(line(n) for n in range(200_000))
    told = follow("e.log", change=lambda: put("e.log", text, "a"))
    assert told == 200_000, told


def without_inotify_a_follower_misses_nothing():
    """As on file systems that tell nobody; where there are no watches left: check-faults."""
    def change():
        put("e.log", line(1), "a")
        os.rename("e.log", "e.log.1")
        put("e.log.1", line(2), "a")
        put("e.log", line(3) + line(4))
    put("e.log", line(0))
    told = follow("--poll", "e.log", change=change)
    assert told == 5, told


def late_lines_are_counted():
    now = time.time()
    body = [line(n, now - 3600 + (n * 7919) % 3600) for n in range(500)]
    put("e.log", "")
    assert follow("e.log", change=lambda: put("e.log", "".join(body), "a")) == 500


# --- times -------------------------------------------------------------------------------------------
def syslog(month_day_time, n):
    return (f"{month_day_time} web1 kernel: [  1.0] Out of memory: Killed process {n} (gunicorn) total-vm:1kB, "
            "anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:1kB oom_score_adj:0\n")


def years_of(text, read_at):
    at = int(time.mktime(time.strptime(read_at + " UTC", "%Y-%m-%d %H:%M:%S %Z"))) - time.timezone
    put("syslog", text)
    os.utime("syslog", (at, at))
    source = report("--tz", "UTC", "syslog", env={"SOURCE_DATE_EPOCH": str(at)})["sources"][0]
    return [source["first"][:10], source["last"][:10]]


def a_year_that_is_not_written_is_the_nearest_before():
    both = syslog("Dec 31 23:59:58", 11) + syslog("Jan  1 00:00:03", 12)
    assert years_of(both, "2027-01-01 00:10:00") == ["2026-12-31", "2027-01-01"]
    assert years_of(both[:both.index("Jan")], "2026-12-31 23:59:59") == ["2026-12-31"] * 2
    assert years_of(syslog("Feb 28 10:00:00", 11) + syslog("Feb 29 10:00:00", 12), "2028-02-29 11:00:00") == \
        ["2028-02-28", "2028-02-29"]
    days = 0
    for day in range(0, 366 * 3, 7 if LONG else 45):  # any day read on any later day of the year that follows
        at = 1_780_000_000 + day * 86400
        for age in (0, 1, 40, 200):
            then = time.gmtime(at - age * 86400)
            wanted = time.strftime("%Y-%m-%d", then)
            text = syslog(time.strftime("%b %e %H:%M:%S", then), 11)
            got = years_of(text, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)))
            assert got == [wanted] * 2, (wanted, got)
            days += 1
    assert days >= 500 or not LONG


def no_time_ends_in_2038():
    for day in ("2038/01/20", "2106/02/08", "2200/12/31"):
        put("e.log", line(1, 0).replace("1970/01/01", day))
        got = report("--tz", "UTC", "e.log")["incidents"][0]["start"]
        assert got.startswith(day.replace("/", "-")), (day, got)


def nights_of_25_and_of_23_hours_lose_no_line():
    for night, count in (("2026/10/25", 300), ("2026/03/29", 240)):
        text, n = "", 0
        for hour in (1, 2, 2, 3) if count == 300 else (1, 3, 4):
            for minute in range(60):
                text += line(n, 0).replace("1970/01/01 00:00:00", f"{night} {hour:02}:{minute:02}:00")
                n += 1
        put("e.log", text)
        for zone in ("Europe/Berlin", "UTC"):
            got = report("--tz", zone, "e.log")
            assert got["upstream_errors"] == n, (night, zone, got["upstream_errors"])
            starts = [i["start"] for i in got["incidents"]]
            assert all(i["start"] <= i["end"] for i in got["incidents"]), starts


# --- answers -------------------------------------------------------------------------------------------
def exit_codes_are_the_documented_ones():
    put("e.log", line(1))
    put("bad.w5", "this is no catalogue\n")
    full = open("/dev/full", "wb")
    cases = [(0, ["e.log"], {}), (1, ["-e", "e.log"], {}), (2, ["--no-such-option"], {}), (2, ["-o", "nothing", "e.log"], {}),
             (2, ["--catalogue", "bad.w5", "e.log"], {}), (2, ["--since", "never", "e.log"], {}), (3, ["missing.log"], {}),
             (3, ["e.log", "missing.log"], {}), (4, ["-O", "no/such/folder/report", "e.log"], {}),
             (4, ["e.log"], {"stdout": full}), (4, ["-O", "/dev/full", "e.log"], {}),
             (4, ["--mail", "ops@example.com", "--sendmail", "/no/such/program", "e.log"], {}),
             (4, ["--mail", "ops@example.com", "--sendmail", "/bin/false", "e.log"], {})]
    for wanted, arguments, more in cases:
        p = subprocess.run([WHY502, "--no-config", *arguments], env=ENV, stdin=subprocess.DEVNULL, timeout=60, check=False,
                           **({"stdout": subprocess.PIPE} | more), stderr=subprocess.PIPE)
        assert p.returncode == wanted, (wanted, arguments, p.returncode, p.stderr)
        assert wanted < 2 or p.stderr, arguments
    full.close()
    p = subprocess.Popen([WHY502, "--no-config", "-f", "--state", "s.db", "e.log"], env=ENV, stdout=subprocess.DEVNULL,
                         stdin=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not os.path.exists("s.db") and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.3)
    assert run("--state", "s.db", "e.log").returncode == 75
    p.send_signal(signal.SIGTERM)
    assert p.wait(timeout=20) == 0


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 3 and t.__module__ == "__main__"]


def main():
    only = [a for a in sys.argv[1:] if not a.startswith("--")]
    os.environ["TZ"] = "UTC"
    time.tzset()
    for test in TESTS:
        if only and test.__name__ not in only:
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            os.chdir(folder)
            try:
                start = time.monotonic()
                test()
                print("ok", test.__name__, f"({time.monotonic() - start:.1f} s)", flush=True)
            except Skipped as what:
                print(f"skipped {test.__name__}: {what} is not here", flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {ascii(str(why))[:600]}", flush=True)
            os.chdir("/")


main()
