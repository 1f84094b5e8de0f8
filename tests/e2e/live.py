#!/usr/bin/python3
"""live.py -- pipes, -f, cron, mail: the real binary against logs that grow.

usage: WHY502=PROGRAM python3 tests/e2e/live.py [NAME...]
Prints "ok NAME" or "FAIL NAME: why" a test."""
import email
import email.policy
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}


def line(n, ago=0):
    at = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(time.time() - ago))
    return (f"{at} [error] 7#7: *{n} connect() failed (111: Connection refused) while connecting to "
            f'upstream, client: 10.0.0.1, server: a.example, request: "GET /p{n} HTTP/1.1", '
            f'upstream: "http://127.0.0.1:8000/p{n}", host: "a.example"\n')


def append(path, *lines):
    with open(path, "a") as log:
        log.writelines(lines)


def run(*args, **more):
    return subprocess.run([WHY502, *args], env=ENV, capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, **more)


def start(*args, **more):
    return subprocess.Popen([WHY502, *args], env=ENV, stdout=subprocess.PIPE, text=True, **more)


def cron(*args):
    return run("--cron", "--state", "s.db", "-o", "json", *(args or ("e.log",)))


def the_pipe_tells_at_once():
    p = start("--gap", "2", stdin=subprocess.PIPE)
    p.stdin.write(line(1))
    p.stdin.flush()
    assert " OPEN " in p.stdout.readline()
    assert " OVER " in p.stdout.readline()
    before = time.monotonic()
    p.stdin.write("".join(line(n) for n in range(2, 9)))
    p.stdin.flush()
    p.stdout.readline()
    took = time.monotonic() - before
    assert took < 1, f"{took:.2f} s until it was told"
    p.stdin.close()
    assert "8 requests failed" in p.stdout.read() and p.wait() == 0


def a_signal_ends_a_pipe_with_one_object():
    p = start("-o", "json", stdin=subprocess.PIPE)
    p.stdin.write(line(1) + line(2))
    p.stdin.flush()
    time.sleep(0.5)
    p.send_signal(signal.SIGINT)
    assert json.loads(p.stdout.read())["upstream_errors"] == 2 and p.wait() == 0


def follow_counts_each_line_across_rotations():
    append("e.log", line(0))
    p = start("-f", "-o", "json", "e.log")
    for n in range(1, 301):
        append("e.log", line(n))
        if n % 60 == 0:
            os.rename("e.log", f"e.log.{n}")
        time.sleep(0.005)
    time.sleep(1.5)
    p.send_signal(signal.SIGTERM)
    told = [json.loads(o) for o in p.stdout]
    assert p.wait() == 0 and told[0]["event"] == "opened" and told[-1]["event"] == "summary"
    assert told[-1]["upstream_errors"] == 301, told[-1]["upstream_errors"]
    assert len({o["incident"]["id"] for o in told[:-1]}) == 1


def follow_ends_when_nobody_reads():
    append("e.log", line(1))
    p = start("-f", "e.log")
    p.stdout.readline()
    p.stdout.close()
    assert p.wait(timeout=8) == 0


def cron_is_silent_until_it_is_worse():
    append("e.log", *(line(n, 30) for n in range(3)))
    first = json.loads(cron().stdout)["incidents"][0]
    assert first["change"] == "new" and first["requests_failed"] == 3
    assert cron().stdout == ""
    append("e.log", *(line(n, 20) for n in range(3, 6)))
    assert cron().stdout == ""
    append("e.log", *(line(n, 10) for n in range(6, 9)))
    os.rename("e.log", "e.log.1")
    append("e.log", line(9, 5))
    report = json.loads(cron().stdout)
    worse = report["incidents"][0]
    assert (worse["change"], worse["id"], worse["requests_failed"]) == ("worse", first["id"], 10)
    assert report["upstream_errors"] == report["lines"] == 4


def half_a_line_waits_for_the_next_run():
    whole = line(1, 5)
    append("e.log", line(0, 5), whole[:60])
    assert json.loads(cron().stdout)["lines"] == 1
    append("e.log", whole[60:], line(2), line(3))
    assert json.loads(cron().stdout)["incidents"][0]["requests_failed"] == 4


def a_report_that_failed_comes_again():
    append("e.log", line(1))
    with open("/dev/full", "w") as full:
        p = subprocess.run([WHY502, "--cron", "--state", "s.db", "e.log"], env=ENV, stdout=full,
                           stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30)
    assert p.returncode == 4 and json.loads(cron().stdout)["upstream_errors"] == 1


def a_held_state_is_left_alone():
    append("e.log", line(1))
    cron()
    db = sqlite3.connect("s.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    p = cron()
    assert (p.returncode, p.stdout) == (75, "")


def a_damaged_state_is_set_aside():
    append("e.log", line(1))
    with open("s.db", "wb") as db:
        db.write(b"\0rubbish" * 200)
    p = cron()
    assert p.returncode == 3 and "damaged" in p.stderr and json.loads(p.stdout)["incidents"]
    assert cron().returncode == 0


def a_mail_keeps_its_id_until_it_is_taken():
    with open("sendmail", "w") as script:
        script.write('#!/bin/sh\nn=$(ls | grep -c mail.out)\ncat > mail.out.$n\nexit $(cat rc)\n')
    os.chmod("sendmail", 0o755)
    append("rc", "75")
    append("e.log", line(1))
    mail = ["--mail", "ops@example.com", "--sendmail", "./sendmail"]
    assert cron(*mail, "e.log").returncode == 4
    os.unlink("rc")
    append("rc", "0")
    assert [cron(*mail, "e.log").returncode for _ in range(2)] == [0, 0]
    mails = [email.message_from_file(open(f"mail.out.{n}"), policy=email.policy.default)
             for n in range(2)]
    assert not os.path.exists("mail.out.2")
    assert mails[0]["Message-ID"] == mails[1]["Message-ID"] and mails[0]["To"] == "ops@example.com"
    assert [p.get_content_type() for p in mails[1].iter_parts()] == ["text/plain", "text/html"]


def a_command_gets_the_incident():
    with open("hook", "w") as script:
        script.write("#!/bin/sh\nsed -n 1p >> told\n")
    os.chmod("hook", 0o755)
    append("e.log", line(1))
    p = start("-f", "--gap", "1", "--exec", "./hook", "e.log")
    time.sleep(4)
    p.send_signal(signal.SIGINT)
    p.communicate()
    assert [json.loads(o)["event"] for o in open("told")] == ["opened", "over"]


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 2 and not name.startswith("_")]


def main():
    for test in TESTS:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                test()
                print("ok", test.__name__, flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {why}", flush=True)
            os.chdir("/")


main()
