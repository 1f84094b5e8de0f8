#!/usr/bin/python3
"""layouts.py -- why502 without arguments, on hosts as Debian and RHEL lay them out.

usage: WHY502=PROGRAM python3 tests/e2e/layouts.py [NAME...]

Each test has a mount name space of its own, where /etc, /var/log, /var/lib and /run are empty; it puts
there what such a host has, and runs the program as its administrator would. Prints "ok NAME" or "FAIL
NAME: why" a test; one "ok" with a note where there are no name spaces."""
import email
import email.policy
import glob
import json
import os
import shutil
import subprocess
import sys
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
REMOTE = "/lib/systemd/systemd-journal-remote"
MACHINE = "2" * 32
HIDDEN = ("/etc", "/var/log", "/var/lib", "/run")
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/root"}


def stamp(layout, ago):
    return time.strftime(layout, time.gmtime(time.time() - ago))


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a") as file:
        file.write(text)


def closed(n, ago):
    """A worker of the upstream went away."""
    return (f'{stamp("%Y/%m/%d %H:%M:%S", ago)} [error] 7#7: *{n} upstream prematurely closed connection '
            f'while reading response header from upstream, client: 10.0.0.1, server: shop.example, '
            f'request: "GET /p{n} HTTP/1.1", upstream: "http://127.0.0.1:8000/p{n}", '
            f'host: "shop.example"\n')


def worker_timed_out(ago):
    at = stamp("%Y-%m-%d %H:%M:%S +0000", ago)
    return (f"[{at}] [7] [CRITICAL] WORKER TIMEOUT (pid:19)",
            f"[{at}] [19] [INFO] Worker exiting (pid: 19)",
            f"[{at}] [23] [INFO] Booting worker with pid: 23")


def syslog(ago, ident, *messages):
    at = stamp("%b %e %H:%M:%S", ago)
    return "".join(f"{at} web1 {ident}: {message}\n" for message in messages)


def journal(entries):
    """entries: (seconds ago, unit, identifier, message)."""
    put("/etc/machine-id", MACHINE + "\n")
    text = ""
    for n, (ago, unit, ident, message) in enumerate(sorted(entries, reverse=True), 1):
        text += "".join(f"{key}={value}\n" for key, value in {
            "__CURSOR": f"s=00;i={n:x}", "__REALTIME_TIMESTAMP": int((time.time() - ago) * 1e6),
            "__MONOTONIC_TIMESTAMP": 1000 + n, "_BOOT_ID": "1" * 32, "_MACHINE_ID": MACHINE,
            "_HOSTNAME": "web1", "PRIORITY": 6, "_TRANSPORT": "stdout", "SYSLOG_IDENTIFIER": ident,
            "_COMM": ident, "_PID": 19, "_SYSTEMD_UNIT": unit, "MESSAGE": message}.items()) + "\n"
    folder = f"/var/log/journal/{MACHINE}"
    os.makedirs(folder)
    subprocess.run([REMOTE, "-o", f"{folder}/system.journal", "-"], input=text, text=True, check=True,
                   capture_output=True, timeout=30)


def ask(*args, **more):
    p = subprocess.run([WHY502, "-o", "json", *args], env=ENV, capture_output=True, text=True,
                       timeout=60, stdin=subprocess.DEVNULL, **more)
    return p, json.loads(p.stdout) if p.stdout else None


def names(report):
    return {os.path.basename(source["name"]) for source in report["sources"]}


def cause(report):
    return report["incidents"][0]["cause"]["id"]


def has_journals():
    return os.path.exists(REMOTE)


# --- the hosts -----------------------------------------------------------------------------------
def debian_with_a_journal():
    put("/etc/nginx/nginx.conf", "error_log /var/log/nginx/error.log;\nhttp {\n"
        "    access_log /var/log/nginx/access.log;\n    include /etc/nginx/sites-enabled/*;\n}\n")
    put("/etc/nginx/sites-enabled/shop", "server {\n    error_log /var/log/nginx/shop.error.log;\n"
        "    location / { proxy_pass http://127.0.0.1:8000; }\n}\n")
    put("/var/log/nginx/shop.error.log", closed(2, 60))
    put("/var/log/nginx/shop.error.log.1", closed(1, 3600))
    put("/var/log/nginx/error.log", "")
    put("/etc/systemd/system/shop.service",
        "[Service]\nExecStart=/srv/shop/venv/bin/gunicorn --timeout 30 shop.wsgi\n")
    put("/var/log/mysql/error.log", stamp("%Y-%m-%dT%H:%M:%S.000000Z", 3000) +
        " 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections.\n")
    if not has_journals():
        return "no systemd-journal-remote"
    journal([(60, "shop.service", "gunicorn", m) for m in worker_timed_out(60)] +
            [(50, "cron.service", "CRON", "(root) CMD (true)")])
    p, report = ask()
    assert p.returncode == 0, p.stderr
    assert cause(report) == "gunicorn-worker-timeout", report["incidents"][0]["cause"]
    assert {"shop.error.log", "shop.error.log.1", "journal:shop", "error.log"} <= names(report), names(report)
    assert report["upstream_errors"] == 2
    assert "/var/log/nginx/shop.error.log" in p.stderr, p.stderr
    proof = json.dumps(report["incidents"][0])
    assert "30" in proof and "shop.service" in proof  # the value in force, and where it stands
    _, unit = ask("journal:shop")
    assert names(unit) == {"journal:shop"} and unit["lines"] == 3, (names(unit), unit["lines"])
    text = subprocess.run(["journalctl", "-u", "shop", "-o", "short-iso", "--no-pager"], env=ENV,
                          capture_output=True, text=True, timeout=30).stdout
    put("/run/shop.txt", text)
    _, same = ask("/run/shop.txt")
    assert same["kinds"] == unit["kinds"] and len(unit["incidents"]) == len(same["incidents"])
    assert [cause(r) for r in (unit, same) if r["incidents"]] in ([], [cause(report)] * 2)
    log = "/var/log/nginx/shop.error.log"
    p, both = ask("-k", "-u", "shop", log)
    assert p.returncode == 0 and {"journal:shop", "shop.error.log"} == names(both), names(both)
    assert cause(both) == cause(report)
    p, _ = ask("-u", "shpo*", log)
    assert p.returncode == 3 and "no unit in the journal fits" in p.stderr  # a slip is told


def debian_with_syslog_alone():
    put("/var/log/nginx/error.log", closed(1, 60))
    put("/var/log/syslog", syslog(60, "gunicorn[7]", *worker_timed_out(60)))
    p, report = ask()
    assert p.returncode == 0 and cause(report) == "gunicorn-worker-timeout", p.stderr
    assert {"error.log", "syslog"} <= names(report)


def red_hat_with_syslog():
    day = stamp("%Y%m%d", 3600)
    put("/etc/nginx/nginx.conf", "error_log /var/log/nginx/error.log notice;\nevents {}\nhttp {}\n")
    put(f"/var/log/nginx/error.log-{day}", closed(1, 3600))
    put("/var/log/nginx/error.log-20200101", closed(0, 3e7))
    put("/var/log/nginx/error.log", closed(2, 60))
    put("/var/log/messages", syslog(60, "gunicorn[7]", *worker_timed_out(60)))
    put("/var/log/mysqld.log", stamp("%Y-%m-%dT%H:%M:%S.000000Z", 3000) +
        " 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections.\n")
    p, report = ask()
    assert p.returncode == 0 and cause(report) == "gunicorn-worker-timeout", p.stderr
    assert {"error.log", f"error.log-{day}", "messages", "mysqld.log"} <= names(report), names(report)
    assert report["upstream_errors"] == 2, report["upstream_errors"]


def red_hat_with_mariadb():
    put("/var/log/nginx/error.log", closed(1, 60))
    put("/var/log/mariadb/mariadb.log", stamp("%Y-%m-%d %H:%M:%S", 3000) +
        " 0 [Note] /usr/libexec/mariadbd: ready for connections.\n")
    p, report = ask()
    assert p.returncode == 0, p.stderr
    assert {"error.log", "mariadb.log"} <= names(report), names(report)


def mariadb_speaks_in_the_journal():
    if not has_journals():
        return "no systemd-journal-remote"
    put("/var/log/nginx/error.log", closed(1, 60))
    at = stamp("%Y-%m-%d %H:%M:%S", 70)
    journal([(70, "mariadb.service", "mariadbd",
              f"{at} 0 [Note] /usr/sbin/mariadbd: ready for connections.")])
    p, report = ask()
    assert p.returncode == 0 and "db-ready" in report["kinds"], (p.stderr, report["kinds"])


def what_may_not_be_read_is_told():
    if os.getuid() != 0 or open("/proc/self/uid_map").read().split()[2] == "1":
        return "only root can become somebody else"
    put("/var/log/nginx/error.log", closed(1, 60))
    os.chmod("/var/log/nginx", 0o750)
    os.makedirs(f"/var/log/journal/{MACHINE}")
    os.chmod("/var/log/journal", 0o750)
    program = "/run/why502"
    shutil.copy(WHY502, program)
    p = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program],
                       env=ENV, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert p.returncode == 3, (p.returncode, p.stderr)
    assert "cannot read /var/log/nginx/error.log, the journal" in p.stderr, p.stderr
    assert "sudo, or join the groups adm and systemd-journal" in p.stderr


def a_bare_host_is_told_what_to_do():
    p, report = ask()
    assert p.returncode == 0 and report["status"] == "ok", (p.returncode, p.stdout)
    assert "name the files: why502 FILE" in p.stderr, p.stderr


def the_last_day_is_read():
    put("/var/log/nginx/error.log", closed(1, 90000) + closed(2, 60))
    p, report = ask()
    assert report["upstream_errors"] == 1
    _, report = ask("--since", "-2d")
    assert report["upstream_errors"] == 2


def cron_is_silent_on_a_quiet_host():
    put("/var/log/nginx/error.log", closed(1, 60))
    p, report = ask("--cron")
    assert p.returncode == 0 and p.stderr == "" and report["incidents"], p.stderr
    p, report = ask("--cron")
    assert (p.returncode, p.stdout, p.stderr) == (0, "", "")
    assert os.path.exists("/var/lib/why502/state.db")


# --- a day of cron, by a clock that is told the time ---------------------------------------------
DAY = 1763596800  # 2025-11-20 00:00 UTC
FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def at(clock):
    return DAY + sum(int(part) * unit for part, unit in zip(clock.split(":"), (3600, 60, 1)))


def refused(n, when):
    return (f'{time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(when))} [error] 7#7: *{n} connect() failed '
            f'(111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: '
            f'shop.example, request: "GET /p{n} HTTP/1.1", upstream: "http://127.0.0.1:8000/p{n}", '
            f'host: "shop.example"\n')


def gave_up(n, when):
    return (f'{time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(when))} [info] 7#7: *{n} epoll_wait() '
            f'reported that client prematurely closed connection, so upstream connection is closed too '
            f'while sending request to upstream, client: 10.0.0.1, server: shop.example, request: '
            f'"GET /p{n} HTTP/1.1", upstream: "http://127.0.0.1:8000/p{n}", host: "shop.example"\n')


def rotate():
    log = "/var/log/nginx/error.log"
    if os.path.exists(log + ".1"):
        subprocess.run(["gzip", "-f", log + ".1"], check=True)
        os.rename(log + ".1.gz", log + ".2.gz")
    os.rename(log, log + ".1")
    open(log, "a").close()


def write_until(now, events):
    """What nginx has written by then; a rotation is an event, too."""
    while events and events[0][0] <= now:
        when, event, n = events.pop(0)
        if event == rotate:
            rotate()
        else:
            put("/var/log/nginx/error.log", event(n, when))
            os.utime("/var/log/nginx/error.log", (when, when))


def recipe():
    """The crontab's own command, with this program and a sendmail that takes notes."""
    with open(f"{ROOT}/src/deliver/why502.cron") as crontab:
        words = next(row for row in crontab if row.startswith("*/10")).split()
    assert words[:6] == ["*/10", "*", "*", "*", "*", "root"] and words[6].endswith("/why502"), words
    return [WHY502, *words[7:], "--sendmail", "/run/sendmail"]


def day_of_cron(events):
    """(clock, exit code, mail or None) of every run that was not silent."""
    told, command = [], recipe()
    put("/run/sendmail", '#!/bin/sh\ncat > /run/mail\ntest ! -e /run/refuse || exit 75\n')
    os.chmod("/run/sendmail", 0o755)
    for now in range(DAY, DAY + 86401, 600):
        write_until(now, events)
        refuses = now == at("18:20:00")
        if refuses:
            put("/run/refuse", "")
        p = subprocess.run(command, env={**ENV, "LD_PRELOAD": FAKETIME[0], "FAKETIME": f"@{now}",
                                         "FAKETIME_FMT": "%s", "NO_FAKE_STAT": "1"},
                           capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        mail = None
        if os.path.exists("/run/mail"):
            with open("/run/mail", "rb") as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            os.unlink("/run/mail")
        if refuses:
            os.unlink("/run/refuse")
        assert p.stdout == "" and (p.stderr == "" or refuses), (now - DAY, p.stdout, p.stderr)
        if mail or p.returncode:
            told.append((time.strftime("%H:%M", time.gmtime(now)), p.returncode, mail))
    return told


def the_crontab_sends_the_mails_of_a_day():
    if not FAKETIME:
        return "no faketime"
    events = [(at("01:00:00"), gave_up, 1), (at("06:25:00"), rotate, 0), (at("23:59:30"), rotate, 0)]
    events += [(at("02:03:00") + 2 * n, refused, n) for n in range(40)]  # a minute and a half
    events += [(at("09:05:00") + 50 * n, refused, n) for n in range(49)]  # until 09:45
    events += [(at("14:00:00") + n, gave_up, n) for n in range(200)]  # nobody's fault
    events += [(at("18:12:00") + n, refused, n) for n in range(30)]
    events += [(at("23:56:00") + n, refused, n) for n in range(30)]
    put("/var/log/nginx/error.log", gave_up(0, DAY - 60))
    told = day_of_cron(sorted(events, key=lambda event: event[0]))
    mails = {clock: mail for clock, _, mail in told}
    assert [(clock, code) for clock, code, _ in told] == [
        ("02:10", 0), ("09:10", 0), ("09:30", 0), ("09:50", 0), ("18:20", 4), ("18:30", 0),
        ("00:00", 0)], [(clock, code, str(mail["Subject"])) for clock, code, mail in told]
    assert mails["18:20"]["Message-ID"] == mails["18:30"]["Message-ID"]
    assert len({mail["Message-ID"] for mail in mails.values()}) == 6
    thread = [mails[clock]["In-Reply-To"] for clock in ("09:10", "09:30", "09:50")]
    assert len(set(thread)) == 1 and thread[0] != mails["02:10"]["In-Reply-To"], thread
    for clock, failed in (("02:10", 40), ("09:10", 7), ("09:30", 31), ("09:50", 49), ("18:30", 30),
                          ("00:00", 30)):
        text = mails[clock].get_body(("plain",)).get_content()
        assert f"{failed} requests failed" in text, (clock, text)


# --- the name spaces -----------------------------------------------------------------------------
TESTS = [debian_with_a_journal, debian_with_syslog_alone, red_hat_with_syslog, red_hat_with_mariadb,
         mariadb_speaks_in_the_journal, what_may_not_be_read_is_told, a_bare_host_is_told_what_to_do,
         the_last_day_is_read, cron_is_silent_on_a_quiet_host, the_crontab_sends_the_mails_of_a_day]
SPACE = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]


def inside(name):
    """In a name space already: hide this host, then tell the story."""
    for folder in HIDDEN:
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    os.chdir("/")
    try:
        note = next(t for t in TESTS if t.__name__ == name)()
        print(f"ok {name}" + (f" ({note})" if note else ""))
    except Exception as why:  # a test that falls over has failed
        print(f"FAIL {name}: {type(why).__name__} {why}")


def main():
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
        return
    if subprocess.run([*SPACE, "mount", "-t", "tmpfs", "none", "/run"], capture_output=True).returncode:
        print("ok (there are no mount name spaces here)")
        return
    for test in TESTS:
        if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
            subprocess.run([*SPACE, sys.executable, os.path.abspath(__file__), "--inside", test.__name__],
                           timeout=400, check=True)


main()
