#!/usr/bin/python3
"""live.py -- pipes, -f, cron, mail: the real binary against logs that grow.

usage: WHY502=PROGRAM python3 tests/e2e/live.py [NAME...]
Prints "ok NAME" or "FAIL NAME: why" a test."""
import email
import email.policy
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
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


def what_was_told_to_be_over_is_so_at_the_end():
    p = start("--gap", "2", stdin=subprocess.PIPE)
    p.stdin.write(line(1) + line(2))
    p.stdin.flush()
    assert " OPEN " in p.stdout.readline() and " OVER " in p.stdout.readline()
    p.stdin.close()
    report = p.stdout.read()
    assert p.wait() == 0 and "NOT over" not in report and "2 requests failed" in report, report


def terminal(seconds, *args, columns=80):
    """What a terminal gets of a run that follows for a while."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([WHY502, "-f", *args], env={**ENV, "TERM": "xterm"}, stdout=side, stderr=side,
                         stdin=subprocess.DEVNULL)
    os.close(side)
    text, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([main], [], [], 0.1)[0]:
            text += os.read(main, 65536)
    p.send_signal(signal.SIGTERM)
    try:
        while piece := os.read(main, 65536):
            text += piece
    except OSError:  # the other side has gone
        pass
    assert p.wait(10) == 0
    os.close(main)
    return text.decode()


def a_terminal_has_a_living_line_at_its_foot():
    append("e.log", line(1, 125))
    with open("g.log", "w") as log:
        log.write(time.strftime("[%Y-%m-%d %H:%M:%S +0000] [7] [INFO] Booting worker with pid: 9\n",
                                time.gmtime()))
    foot = re.compile(r"\rlast line: e\.log (\w+), g\.log (\w+) \| 0 errors/min( \| 1 open)?\x1b\[K\r")
    text = terminal(3.5, "e.log", "g.log")
    ages = [match[1] for match in foot.finditer(text)]
    assert len(ages) >= 2 and ages[0].startswith("2m") and ages == sorted(set(ages)), text
    last = text.rindex("last line:")
    assert text.index("OPEN") < text.index("last line:") and "\r\x1b[K" in text[last:], text
    assert "Sources" in text[last:], text  # the report stands below it, and the line is gone
    for lang, words in (("ja", "最終行"), ("ko", "마지막 줄")):
        assert f"\r{words}: e.log 2m" in terminal(2, "--lang", lang, "e.log")
    narrow = terminal(2, "e.log", "g.log", columns=40)
    rows = re.findall(r"\r([^\r\n]+?)\x1b\[K\r", narrow)
    assert rows and all(len(row) < 40 for row in rows), narrow


def a_pipe_gets_no_line_at_its_foot():
    append("e.log", line(1))
    p = start("-f", "e.log", stderr=subprocess.PIPE)
    time.sleep(2.5)
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate()
    assert err == "" and "last line" not in out and "\r" not in out and "\x1b" not in out
    assert "last line" not in terminal(1.5, "--progress", "never", "e.log")


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


def bytes_read(name, *args):
    """How many bytes of a file a run reads or maps."""
    trace = ["strace", "-f", "-qq", "-y", "-o", "trace", "-e", "trace=read,pread64,readv,preadv,preadv2,mmap"]
    p = subprocess.run([*trace, WHY502, *args], env=ENV, stdout=subprocess.DEVNULL, timeout=60,
                       stdin=subprocess.DEVNULL, check=False)
    assert p.returncode == 0
    with open("trace", encoding="utf-8", errors="replace") as calls:
        here = [call for call in calls if f"/{name}>" in call]
    assert not any("mmap(" in call for call in here), here
    return sum(int(call.rsplit("= ", 1)[1]) for call in here)


def a_log_without_news_is_known_by_its_beginning():
    if not shutil.which("strace"):
        return
    append("e.log", *(line(n) for n in range(5000)))
    size = os.path.getsize("e.log")
    first = bytes_read("e.log", "--cron", "--state", "s.db", "e.log")
    again = bytes_read("e.log", "--cron", "--state", "s.db", "e.log")
    assert first >= size and 0 < again <= 4096, (size, first, again)
    more = line(5000)
    append("e.log", more)
    grown = bytes_read("e.log", "--cron", "--state", "s.db", "e.log")
    assert grown <= 4096, (size, grown)


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


def half_a_line_across_a_rotation_is_counted_once():
    whole = line(1)
    append("e.log", line(0), whole[:60])
    p = start("-f", "--state", "s.db", "e.log")
    time.sleep(0.7)
    os.rename("e.log", "e.log.1")
    append("e.log", whole[60:], line(2))
    for _ in range(60):
        if saved_errors() == 3:
            break
        time.sleep(0.1)
    p.kill()
    p.communicate()
    assert saved_errors() == 3, saved_errors()
    append("e.log", line(3), line(4))
    cron()
    assert saved_errors() == 5, saved_errors()


def follow(*args, until, lines=()):
    """Follows e.log until something holds, then kills: nothing is said at the end."""
    append("e.log", *lines)
    p = start("-f", "--state", "s.db", *args, "e.log")
    for _ in range(150):
        time.sleep(0.1)
        if until():
            break
    p.kill()
    return p.stdout.read()


def saved_errors():
    if not os.path.exists("s.db"):
        return None
    db = sqlite3.connect("s.db", isolation_level=None)
    try:
        return db.execute("SELECT sum(value) FROM counter WHERE family = 'upstream_errors'").fetchone()[0]
    except sqlite3.OperationalError:
        return None


def a_kill_loses_nothing_of_what_was_followed():
    told = follow(until=lambda: saved_errors() == 2, lines=[line(0), line(1)])
    assert told.count("OPEN") == 1
    told = follow(until=lambda: saved_errors() == 3, lines=[line(2)])
    assert "OPEN" not in told, told
    assert cron().stdout == "" and saved_errors() == 3


def a_follow_mails_once():
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat >> mail.out\n")
    os.chmod("sendmail", 0o755)
    mail = ["--mail", "ops@example.com", "--sendmail", "./sendmail"]
    told = follow(*mail, until=lambda: os.path.exists("mail.out"), lines=[line(0), line(1)])
    assert "OPEN" in told
    follow(*mail, until=lambda: saved_errors() == 3, lines=[line(2)])
    assert open("mail.out").read().count("Message-ID:") == 1
    assert cron(*mail, "e.log").stdout == ""


def a_slow_sendmail_delays_no_line():
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat > mail.out\ntouch taken\nsleep 6\n")
    with open("hook", "w") as script:
        script.write("#!/bin/sh\nsleep 4\ncat >> told\n")
    for name in ("sendmail", "hook"):
        os.chmod(name, 0o755)
    append("e.log", line(0))
    p = start("-f", "-o", "json", "--state", "s.db", "--mail", "root", "--sendmail", "./sendmail",
              "--exec", "./hook", "e.log")
    assert json.loads(p.stdout.readline())["event"] == "opened"
    began = time.monotonic()
    while not os.path.exists("taken"):  # the hook is slow, and the mail waits for company
        time.sleep(0.05)
        assert time.monotonic() - began < 20
    for n in (1, 4):  # three times as many each time
        before = time.monotonic()
        append("e.log", *(line(k) for k in range(n, 4 * n)))
        assert json.loads(p.stdout.readline())["event"] == "worse"
        assert time.monotonic() - before < 1, f"{time.monotonic() - before:.2f} s until it was told"
    p.send_signal(signal.SIGTERM)
    p.communicate()
    assert p.returncode == 0 and json.loads(open("told").read())["event"] == "opened"
    db = sqlite3.connect("s.db")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def what_a_slow_sendmail_refuses_is_kept():
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat >> mails\nsleep 1\nexit 75\n")
    os.chmod("sendmail", 0o755)
    append("e.log", line(0))
    p = subprocess.Popen([WHY502, "-f", "--state", "s.db", "--mail", "root", "--sendmail", "./sendmail",
                          "e.log"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert "not handed over: './sendmail' failed with exit code 75" in p.stderr.readline()
    time.sleep(1)
    p.kill()
    p.communicate()
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat >> mails\n")
    assert run("--outbox", "send", "--state", "s.db", "--sendmail", "./sendmail").returncode == 0
    ids = [row for row in open("mails") if row.startswith("Message-ID:")]
    assert len(ids) == 2 and ids[0] == ids[1], ids


def the_outbox_is_filled_by_one_run_and_sent_by_another():
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat > mail.out\n")
    os.chmod("sendmail", 0o755)
    append("e.log", line(0))
    p = cron("--mail", "root", "--sendmail", "./sendmail", "--outbox", "fill", "e.log")
    assert (p.returncode, p.stdout) == (0, "") and not os.path.exists("mail.out")
    send = ["--outbox", "send", "--state", "s.db", "--sendmail", "./sendmail"]
    assert run(*send).returncode == 0
    mail = email.message_from_file(open("mail.out"), policy=email.policy.default)
    assert mail["To"] == "root" and "Repeat" not in mail.get_body(("plain",)).get_content()
    os.unlink("mail.out")
    assert run(*send).returncode == 0 and not os.path.exists("mail.out")
    assert run("--outbox", "fill", "--mail", "root", "e.log").returncode == 2
    assert run("--outbox", "burn", "--mail", "root", "e.log").returncode == 2


def a_mail_that_may_have_left_says_so():
    with open("sendmail", "w") as script:
        script.write("#!/bin/sh\ncat > mail.out\n")
    os.chmod("sendmail", 0o755)
    append("e.log", line(0))
    cron("--mail", "root", "--outbox", "fill", "e.log")
    with sqlite3.connect("s.db") as db:  # as a run leaves it that dies while sendmail works
        db.execute("UPDATE outbox SET tried = 1")
    db.close()
    assert run("--outbox", "send", "--state", "s.db", "--sendmail", "./sendmail").returncode == 0
    mail = email.message_from_file(open("mail.out"), policy=email.policy.default)
    assert mail.get_body(("plain",)).get_content().startswith("Repeat: an earlier run may have sent")
    assert "Repeat: an earlier run" in mail.get_body(("html",)).get_content()


MAIN = """compatibility_level = 3.6
queue_directory = {0}/queue
data_directory = {0}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = web1.example
inet_interfaces = loopback-only
virtual_mailbox_domains = example.com
virtual_mailbox_base = {0}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
maillog_file = {0}/log
maillog_file_prefixes = {0}
"""
MASTER = """pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


def postfix_at(folder):
    """A postfix of our own, which puts what comes for example.com into a mailbox."""
    os.makedirs(f"{folder}/conf")
    for name in ("queue", "data", "mail"):
        os.mkdir(f"{folder}/{name}")
    shutil.chown(f"{folder}/data", "postfix")
    shutil.chown(f"{folder}/mail", 65534)
    for open_to_all in (folder, os.path.dirname(folder)):
        os.chmod(open_to_all, 0o755)
    for name, text in (("main.cf", MAIN.format(folder)), ("master.cf", MASTER)):
        with open(f"{folder}/conf/{name}", "w") as file:
            file.write(text)
    subprocess.run(["postfix", "-c", f"{folder}/conf", "start"], capture_output=True, check=True,
                   timeout=30)


def delivered(folder):
    box = f"{folder}/mail/box/new"
    for _ in range(150):
        if os.path.isdir(box) and os.listdir(box):
            break
        time.sleep(0.1)
    mails = []
    for name in sorted(os.listdir(box)):
        with open(f"{box}/{name}", "rb") as file:
            mails.append(file.read())
    return mails


def hostile_error():
    """What a client may put into a log to add a header, a part, or an end to a mail."""
    return line(1).replace("/p1 ", "/p1\\r\\nBcc:x@evil.example\\n\\n.\\n--=_why502 ").replace(
        "a.example", "a\nBcc: x@evil.example\n\n.\nContent-Type: text/html\n\n<script>", 1)


def a_real_postfix_delivers_the_mail():
    if os.getuid() != 0 or not shutil.which("postfix"):
        return "no postfix, or not root"
    folder = os.path.abspath("p")
    postfix_at(folder)
    try:
        append("e.log", line(0), hostile_error())
        args = ["--mail", "ops@example.com", "--sendmail", f"/usr/sbin/sendmail -C {folder}/conf", "e.log"]
        p = cron(*args)
        assert (p.returncode, p.stdout, p.stderr) == (0, "", ""), (p.returncode, p.stderr)
        raw, = delivered(folder)
    finally:
        subprocess.run(["postfix", "-c", f"{folder}/conf", "stop"], capture_output=True, timeout=30)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert not mail.defects and all(not part.defects for part in mail.walk())
    assert mail["To"] == "ops@example.com" and not mail["Bcc"] and not mail["Cc"]
    assert len(mail["Subject"]) <= 80 and "why502" in mail["Subject"]
    assert mail["Auto-Submitted"] and mail["List-Id"] and mail["In-Reply-To"] and mail["Date"]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
    body = raw.split(b"\n\n", 1)[1]
    assert max(map(len, body.split(b"\n"))) <= 76
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "failed" in text and "</html>" in page and "<script>" not in page


def a_host_without_sendmail_says_what_to_install():
    append("e.log", line(0))
    script = f"mount -t tmpfs none /usr/sbin; {WHY502} --cron --state s.db --mail root e.log; echo $?"
    p = subprocess.run(["unshare", "-rm", "sh", "-c", script], env=ENV, capture_output=True, text=True,
                       stdin=subprocess.DEVNULL, timeout=30)
    if "mount" in p.stderr or not p.stdout:
        return "no name spaces"
    assert p.stdout == "4\n" and "apt install" in p.stderr and "postfix" in p.stderr, (p.stdout, p.stderr)
    assert sqlite3.connect("s.db").execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def a_test_mail_is_the_demo():
    with open("sendmail", "w") as script:
        script.write('#!/bin/sh\necho "$@" > arguments\ncat > mail.out\n')
    os.chmod("sendmail", 0o755)
    p = run("--dry-run", "--mail", "ops@example.com", "--sendmail", "./sendmail")
    assert p.returncode == 0, p.stderr
    with open("mail.out", "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    assert mail["To"] == "ops@example.com" and open("arguments").read() == "-t -oi\n"
    assert "proven" in mail.get_body(("plain",)).get_content()


def metrics():
    args = ["--cron", "--state", "s.db", "-o", "metrics", "-O", "w.prom", "e.log"]
    assert run(*args).returncode == 0
    text = open("w.prom").read()
    return {name: float(value) for name, value in
            (row.rsplit(" ", 1) for row in text.splitlines() if not row.startswith("#"))}


def counters_survive_runs():
    errors = 'why502_upstream_errors_total{class="connection-refused",upstream="127.0.0.1:8000"}'
    for n, ago in enumerate((30, 20, 10)):
        append("e.log", line(2 * n, ago), line(2 * n + 1, ago))
        now = metrics()
        assert now[errors] == now['why502_lines_total{format="nginx-error"}'] == 2 * n + 2, now
        assert now['why502_requests_failed_total{upstream="127.0.0.1:8000"}'] == 2 * n + 2, now
    again = metrics()
    assert again[errors] == 6 and again["why502_last_run_timestamp_seconds"] > time.time() - 60
    if not shutil.which("promtool"):
        return "no promtool"
    with open("w.prom") as prom:
        p = subprocess.run(["promtool", "check", "metrics"], stdin=prom, capture_output=True)
    lint = [row for row in p.stderr.decode().splitlines() if not row.endswith(" no help text")]
    assert p.returncode in (0, 3) and not lint, p.stderr  # OpenMetrics has the help without "_total"


def the_trend_is_told_from_the_second_day_on():
    append("e.log", line(0))
    assert "trend" not in json.loads(cron().stdout)
    with sqlite3.connect("s.db") as db:
        for ago in (1, 2, 3):
            db.execute("INSERT INTO day VALUES (?, 2)", (int(time.time()) // 86400 - ago,))
    db.close()
    append("e.log", *(line(n) for n in range(1, 9)))
    report = json.loads(cron().stdout)
    assert report["trend"] == {"today": 9, "days": 3, "before": 6}, report["trend"]
    append("e.log", *(line(n) for n in range(9, 40)))
    text = run("--cron", "--state", "s.db", "e.log").stdout
    assert "40 upstream errors today, 2 a day on average" in text, text


def a_state_that_cannot_be_written_is_told():
    append("e.log", line(0))
    for folder, mount in (("full", "size=8k"), ("bare", "ro")):
        os.mkdir(folder)
        script = (f"mount -t tmpfs -o size=8k none {folder} && head -c 9000 /dev/zero > {folder}/fill;"
                  f"mount -o remount,{mount} {folder};"
                  f"{WHY502} --state {folder}/s.db -o short e.log; echo status $?")
        p = subprocess.run(["unshare", "-rm", "sh", "-c", script], env=ENV, capture_output=True,
                           text=True, stdin=subprocess.DEVNULL, timeout=30)
        if "status" not in p.stdout:
            return "no name spaces"
        assert "status 4" in p.stdout and "state" in p.stderr, (folder, p.stdout, p.stderr)


REMOTE = "/lib/systemd/systemd-journal-remote"


def entry(n, ago, message, unit="gunicorn.service", **more):
    at = int((time.time() - ago) * 1e6)
    fields = {"__CURSOR": f"s=00;i={n:x}", "__REALTIME_TIMESTAMP": at, "__MONOTONIC_TIMESTAMP": 1000 + n,
              "_BOOT_ID": "1" * 32, "_MACHINE_ID": "2" * 32, "_HOSTNAME": "web1", "PRIORITY": 6,
              "_TRANSPORT": "stdout", "SYSLOG_IDENTIFIER": "gunicorn", "_COMM": "gunicorn", "_PID": 19,
              "_SYSTEMD_UNIT": unit, "MESSAGE": message, **more}
    return "".join(f"{key}={value}\n" for key, value in fields.items()) + "\n"


def put_journal(path, entries):
    subprocess.run([REMOTE, "-o", path, "-"], input="".join(entries), text=True, check=True,
                   capture_output=True, timeout=30)


def a_journal_says_what_its_text_says():
    if not os.path.exists(REMOTE) or not shutil.which("journalctl"):
        return "no systemd-journal-remote"
    stamp = time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(time.time() - 60))
    entries = [entry(1, 90, f"[{stamp}] [7] [INFO] Listening at: http://127.0.0.1:8000 (7)"),
               entry(2, 60, f"[{stamp}] [7] [CRITICAL] WORKER TIMEOUT (pid:19)"),
               entry(3, 59, f"[{stamp}] [7] [ERROR] Worker (pid:19) was sent SIGKILL! Perhaps out of "
                            "memory?")]
    put_journal("a.journal", entries)
    append("e.log", line(1, 59))
    verdicts = set()
    for mode in ("json", "short-iso", "short", "export", "short-full", "verbose"):
        text = subprocess.run(["journalctl", "--file", "a.journal", "-o", mode, "--no-pager"], env=ENV,
                              capture_output=True, text=True, timeout=30).stdout
        with open(f"j.{mode}", "w") as file:
            file.write(text)
        verdicts.add(short_of("e.log", f"j.{mode}"))
    verdicts.add(short_of("e.log", "journal:./a.journal"))
    verdicts.add(short_of("e.log", "a.journal"))
    assert len(verdicts) == 1, verdicts
    args = ["--state", "j.db", "-o", "json", "journal:./a.journal"]
    assert json.loads(run(*args).stdout)["lines"] == 3
    assert json.loads(run(*args).stdout)["lines"] == 0  # behind the cursor
    put_journal("a.journal", [entry(4, 1, f"[{stamp}] [7] [INFO] Booting worker with pid: 23")])
    assert json.loads(run(*args).stdout)["lines"] == 1


def short_of(*sources):
    p = run("-o", "json", *sources)
    report = json.loads(p.stdout)
    return (report["status"], tuple((i["cause"]["id"], i["cause"]["confidence"], i["requests_failed"])
                                    for i in report["incidents"]), tuple(sorted(report["kinds"].items())))


def a_bar_is_drawn_when_it_takes_long_and_taken_away():
    append("e.log", *(line(n) for n in range(3000)))
    plain = run("-q", "--progress", "never", "e.log")
    assert plain.returncode == 0 and plain.stderr == ""
    p = run("-q", "--progress", "always", "e.log")
    assert re.search(r"\[#+ *\] +\d+ %  \d+ of \d+ KiB  \d+ [KM]iB/s", p.stderr), repr(p.stderr)
    assert "s left  1 incident so far\033[K" in p.stderr and p.stderr.endswith("\n\033[K"), repr(p.stderr)
    assert p.stdout == plain.stdout, "looking changed the report"
    with open("e.log") as log:  # nobody knows a pipe's end
        p = subprocess.run(f"{{ cat; sleep 0.4; head -n 1000 e.log; }} | {WHY502} -q --progress always", shell=True,
                           stdin=log, env=ENV, capture_output=True, text=True, timeout=30)
    assert "%" not in p.stderr and "1 incident so far\033[K" in p.stderr, repr(p.stderr)
    assert run("-q", "e.log").stderr == ""  # no terminal, no bar
    assert run("--progress", "maybe", "e.log").returncode == 2


def what_is_known_is_told_when_interrupted():
    """Of files, too: standard output gets a whole report of what was read; a file keeps what it had."""
    append("e.log", *(line(n) for n in range(300_000)))
    subprocess.run("xz -0 -k e.log", shell=True, check=True)
    whole = json.loads(run("-o", "json", "e.log.xz").stdout)["upstream_errors"]
    seen = set()
    for moment in range(20):
        p = subprocess.Popen([WHY502, "-o", "json", "e.log.xz"], env=ENV, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        time.sleep(0.1 + 0.02 * moment)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=20)
        seen.add(p.returncode)
        if p.returncode == 130:
            part = json.loads(out)
            assert re.search(r"interrupted: .* of [\d.]+ .iB alone", err), err
            assert 0 <= part["upstream_errors"] <= whole, part["upstream_errors"]
            break
    assert seen <= {0, 130, -2} and 130 in seen, seen
    p = subprocess.Popen([WHY502, "-O", "kept", "e.log.xz"], env=ENV, stderr=subprocess.PIPE, text=True)
    time.sleep(0.2)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=20)
    assert not os.path.exists("kept") or p.returncode == 0  # half a report replaces nothing


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


def a_command_sees_no_log_text_in_its_environment():
    with open("hook", "w") as script:
        script.write("#!/bin/sh\nenv > environment\necho \"$#\" > arguments\nexit 3\n")
    os.chmod("hook", 0o755)
    append("e.log", line(1))
    p = subprocess.run([WHY502, "--exec", "./hook", "e.log"], env={**ENV, "SECRET": "x"},
                       capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    assert "--exec: './hook' failed with exit code 3" in p.stderr, p.stderr
    names = {row.split("=")[0] for row in open("environment")}
    assert names <= {"PATH", "LC_ALL", "PWD", "_", "SHLVL", "OLDPWD"}, names
    assert open("arguments").read() == "0\n"


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 2 and not name.startswith("_")]


def main():
    for test in TESTS:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                note = test()
                print("ok", test.__name__ + (f" ({note})" if note else ""), flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {why}", flush=True)
            os.chdir("/")


main()
