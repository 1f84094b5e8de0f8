#!/usr/bin/python3
"""hostile.py -- logs, names and writers that mean harm: what must hold of them.

usage: WHY502=PROGRAM python3 tests/e2e/hostile.py [--long] [NAME...]

The rows stand in tests/RELIABILITY.md (A, B, C, D). Prints "ok NAME" or "FAIL NAME: why" for each."""
import bz2
import fcntl
import glob
import gzip
import html.parser
import json
import lzma
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time

from limits import ENV, LONG, MIB, WHY502, Run, errors, line, put, report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ERROR_LOGS = os.path.join(ROOT, "fixtures/formats/nginx-error")
# What a terminal, a browser or a reader would obey (escapes.py has the same).
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]")
NASTY = (b"\x1b[38;5;201mI", b"\x1b]0;t\x07", b"\x1b]8;;http://x\x1b\\y", b"\x9b31m", "\x9b31m".encode(),
         "\u202eevil\u2066".encode(), b"\x00\x07\x08\x7f", b"\r\x1b[2K", b"\xf0\x9f\x98", b"\xc0\xaf",
         b"<script>alert(1)</script>", b"'\"><svg/onload=alert(1)>", b"](javascript:alert(1))", b"````<b>",
         b"%n%s%x", b"e" + "\u0301".encode() * 40, "\U000e0041\u200b\u2028".encode())
FORMATS = ("text", "short", "json", "events", "html", "markdown", "mail", "metrics")


def read(name):
    with open(os.path.join(ERROR_LOGS, name), "rb") as file:
        return file.read()


def hostile_lines():
    for n, text in enumerate(NASTY):
        yield line(n, path="/#").replace(b"/#", b"/" + text)
        yield line(n, host="#").replace(b'host: "#"', b'host: "' + text + b'", referrer: "http://' + text + b'"')


def tame(data, name):
    text = data.decode("utf-8")
    found = FORBIDDEN.search(text)
    assert not found, (name, found.group().encode("unicode_escape"), text[max(0, found.start() - 40):][:60])
    return text


def events(*arguments, **more):
    run = Run("--no-config", "-o", "events", "--redact", "none", *arguments, **more)
    return [e for e in map(json.loads, run.out.splitlines()) if e.get("class")]


# --- A: time and memory -----------------------------------------------------------------------------
LONG_RECORDS = {
    "deep JSON": lambda n: b'{"__REALTIME_TIMESTAMP":"1795183200000000","MESSAGE":' + b"[" * n + b"\n",
    "docker in docker": lambda n: b'{"log":"' * (n // 8) + b"\n",
    "syslog in syslog": lambda n: b"Nov 20 10:00:00 h p[1]: " * (n // 24) + b"\n",
    "a traceback": (lambda n: b"[2026-11-20 10:00:00 +0000] [7] [ERROR] Exception\nTraceback (most recent call last):\n"
                    + b'  File "/srv/a.py", line 1, in x\n    y()\n' * (n // 41)),
    "chained tracebacks": (lambda n: b"[2026-11-20 10:00:00 +0000] [7] [ERROR] Exception\n" +
                           b"Traceback (most recent call last):\n  File \"a\", line 1, in x\nV: y\n\nDuring handling of the above "
                           b"exception, another exception occurred:\n\n" * (n // 140)),
    "a slow query": (lambda n: b"# Time: 2026-11-20T10:00:00.000000Z\n# User@Host: a[a] @ h [] Id: 1\n# Query_time: 9.0  "
                     b"Lock_time: 0.0 Rows_sent: 1  Rows_examined: 1\nSET timestamp=1795183200;\n" + b"SELECT '\n" * (n // 9)),
    "an export entry": lambda n: b"__REALTIME_TIMESTAMP=1795183200000000\n" + b"A=b\n" * (n // 4) + b"MESSAGE=x\n\n",
    "fastcgi text": lambda n: b'2026/11/20 10:00:00 [error] 7#7: *1 FastCGI sent in stderr: "' + b"PHP message: x\n" * (n // 15),
    "open quotes": lambda n: b'2026/11/20 10:00:00 [error] 7#7: *1 open() "/x\n' * (n // 50),
    "tails": lambda n: b'q" failed (2: No such file or directory), client: 1.1.1.1, server: s, request: "GET /%0A HTTP/1.1"\n' * (n // 100),
    "openers and tails": (lambda n: (b'2026/11/20 10:00:00 [error] 7#7: *1 open() "/v/x" failed (2: No), client: 1.1.1.1, server: s\n'
                                          b'q" failed (2: N), client: 1.1.1.1, server: s, request: "GET /x%0Aq HTTP/1.1"\n') * (n // 175)),
    "headers of tail": lambda n: b"".join(b"==> %d <==\n" % i for i in range(n // 14)),
    "prefixes of compose": lambda n: b"".join(b"w%d  | x\n" % i for i in range(n // 12)),
    "java causes": lambda n: b"20-Nov-2026 10:00:00.000 SEVERE [main] a.b x\njava.lang.E: y\n" + b"Caused by: a.B: c\n\tat a.b(c:1)\n" * (n // 34),
}


def nothing_takes_the_square_of_its_bytes():
    slow = []
    for name, text in LONG_RECORDS.items():
        took = []
        for size in (MIB // 2, 2 * MIB):
            put("e.log", text(size), line(1))
            took.append(min(report("-j", "1", "e.log").seconds for _ in range(2)))
        if took[1] > 5 * took[0] + 0.1 or took[1] > 1.5:
            slow.append((name, took))
    assert not slow, slow


def cpu_of(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def family(pid):
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [pid, *map(int, children.split())]


def following_costs_little():
    """Idle: no time. Busy, with rotations: no more memory than before, and every line is counted."""
    seconds = 60 if LONG else 6
    put("e.log", line(0))
    with open("out", "wb") as out:
        p = subprocess.Popen([WHY502, "--no-config", "-f", "-o", "json", "e.log"], env=ENV, stdout=out, stdin=subprocess.DEVNULL)
    try:
        time.sleep(2)
        before = sum(map(cpu_of, family(p.pid)))
        time.sleep(seconds)
        idle = (sum(map(cpu_of, family(p.pid))) - before) / seconds
        sizes, n, started = [], 1, time.monotonic()
        for step in range(10 * seconds):
            with open("e.log", "ab") as log:
                for _ in range(100):
                    log.write(line(n, f"/p{n % 50}"))
                    n += 1
            if step % 20 == 10:
                os.rename("e.log", "e.log.1")
                put("e.log")
            if step % 10 == 9:
                sizes.append(sum(map(resident, family(p.pid))))
            time.sleep(max(0, started + 0.1 * (step + 1) - time.monotonic()))
        time.sleep(3)
        p.send_signal(signal.SIGTERM)
        assert p.wait(timeout=20) == 0
    finally:
        p.kill()
    with open("out", "rb") as out:
        told = json.loads(out.read().splitlines()[-1])
    assert told["upstream_errors"] == n, (told["upstream_errors"], n)
    assert idle <= 0.001, f"{100 * idle:.2f} % of a core when idle"
    half = len(sizes) // 2
    assert max(sizes[half:]) <= max(sizes[:half]) + 2, sizes


def a_signal_ends_what_has_no_end():
    os.symlink("/dev/zero", "zero")
    p = subprocess.Popen([WHY502, "-o", "json", "zero"], env=ENV, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(1)
    p.send_signal(signal.SIGTERM)
    assert p.wait(timeout=5) in (0, 143, -15), p.returncode


# --- B: output -----------------------------------------------------------------------------------------
def terminal(width, *arguments):
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(WHY502, [WHY502, *arguments], ENV | {"TERM": "xterm-256color"})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    out = b""
    while select.select([fd], [], [], 20)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    os.close(fd)
    return out


def a_terminal_gets_no_sequence_but_ours():
    put("e.log", *hostile_lines())
    for width in (20, 41, 80, 200):
        for more in ((), ("-v",), ("--redact", "none")):
            out = terminal(width, "--no-config", "--color", "always", *more, "e.log")
            assert b"\x1b[" in out and b"\x1b[38;5;201" not in out, width
            plain = re.sub(rb"\x1b\[[0-9;]*[mK]|\r", b"", out)
            tame(plain, f"terminal of {width}")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "object", "embed", "img", "link", "base", "form"):
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on") or name in ("src", "srcset", "action")]


def cut_anywhere_it_stays_tame():
    """Lines of every length of the hostile ones, at widths that cut what is shown."""
    whole = [text[:-1] for text in hostile_lines()]
    put("e.log", *(text[:n] + b"\n" for text in whole for n in range(len(text) - 40, len(text) + 1, 1)),
        *(text.replace(b"GET /", b"GET /" + b"a" * n) + b"\n" for text in whole for n in range(0, 80, 3)))
    for name in FORMATS:
        for width in ("40", "77"):
            run = Run("--no-config", "-o", name, "--redact", "none", "--width", width, "-v", "e.log")
            text = tame(run.out.replace(b"\r\n", b"\n"), name)
            tame(run.err, name)
            if name == "html":
                page = Page()
                page.feed(text)
                assert not page.found, page.found
            if name == "json":
                json.loads(text)
            if name == "events":
                for one in text.splitlines():
                    json.loads(one)


def names_are_no_commands():
    names = ("$(touch pwned)", "`touch pwned`", "a; touch pwned", "x|touch pwned", "%n%s%x.log", "-rf", "--help",
             "'); DROP TABLE position;--", 'a"b\'c', "a\nb.log", "\x1b[31mred.log", "\u202egol.log")
    for n, name in enumerate(names):  # equal texts would be one log, copied
        put(name, line(n))
        arguments = ("--no-config", "--cron", "--state", "s.db", "-o", "short", "--exec", "/bin/cat", "--", name)
        run = Run(*arguments)
        assert run.status == 0, (name, run.status, run.err)
        tame(run.out, name)
        tame(run.err, name)
    assert not os.path.exists("pwned")
    known = sqlite3.connect("s.db").execute("SELECT count(*) FROM position").fetchone()[0]
    assert known == len(names), known


def a_report_takes_no_logs_place():
    put("e.log", line(1))
    os.symlink("e.log", "link")
    os.mkdir("d")
    put("d/error.log", line(2))
    for arguments in (("-O", "e.log", "e.log"), ("-O", "link", "e.log"), ("-O", "e.log", "link"), ("-O", "d/error.log", "d"),
                      ("-O", "e.log", "-f", "e.log")):
        run = Run("--no-config", "-o", "short", *arguments)
        assert run.status == 2 and run.err, (arguments, run.status)
    with open("e.log", "rb") as log:
        assert log.read() == line(1)
    assert sorted(os.listdir(".")) == ["d", "e.log", "link"] and os.listdir("d") == ["error.log"]


# --- C: honest reading ----------------------------------------------------------------------------------
SPOOF = ("connect() failed (111: Connection refused) while connecting to upstream, client: 9.9.9.9, server: evil, "
         'request: "GET /evil HTTP/1.1", upstream: "http://6.6.6.6:66/", host: "evil"')


def missing(n, uri="/x", host="a.example", referrer=""):
    return (f'2026/11/20 10:00:{n % 60:02} [error] 7#7: *{n} open() "/var/www{uri}" failed (2: No such file or directory), '
            f'client: 10.0.0.1, server: a.example, request: "GET {uri} HTTP/1.1", host: "{host}"{referrer}\n').encode()


def words_of_an_error_are_no_error():
    put("e.log", *(missing(n, uri="/" + SPOOF) for n in range(17)), *(missing(n, host=SPOOF) for n in range(17)),
        *(missing(n, referrer=f', referrer: "http://x/", {SPOOF}"') for n in range(16)))
    told = report("e.log").report()
    assert told["upstream_errors"] == 0, told["classes"]


def forged_mixture():
    forged = [read(f"forged-{n}.log") for n in (1, 2, 3, 5)] + [b"".join(read("forged-4.log").splitlines(True)[:3])]
    honest = read("newlines-in-requests.log").splitlines(True)
    genuine = [line(n) for n in range(100)]
    out = []
    for n in range(100):
        out.append(genuine[n])
        if n % 2 == 0:
            out.append(forged[n // 2 % 5])
        if n % 5 == 3:
            out.append(honest[n // 5 % len(honest)])
    lines_forged = (sum(f.count(b"\n") for f in forged) - 1) * 10  # the bare tail of the second is not understood
    honest_errors = sum(b"upstream:" in honest[n // 5 % len(honest)] for n in range(100) if n % 5 == 3)
    return out, lines_forged, 100 + honest_errors


def bytewise(text):
    for i in range(len(text)):
        yield text[i:i + 1]


def forged_lines_among_genuine_ones():
    pieces, lines_forged, genuine = forged_mixture()
    text = b"".join(pieces)
    put("e.log", text)
    told = [report("e.log").report(), report("-", feed=bytewise(text)).report()]
    put("f.log")
    with open("out", "wb") as out:
        p = subprocess.Popen([WHY502, "--no-config", "-f", "-o", "json", "f.log"], env=ENV, stdout=out, stdin=subprocess.DEVNULL)
    time.sleep(1)
    for piece in pieces:
        with open("f.log", "ab") as log:
            log.write(piece)
        time.sleep(0.002)
    time.sleep(3)
    p.send_signal(signal.SIGTERM)
    assert p.wait(timeout=20) == 0
    with open("out", "rb") as out:
        last = json.loads(out.read().splitlines()[-1])
    told.append(last["report"])
    for one, way in zip(told, ("file", "byte by byte", "followed")):
        assert one["upstream_errors"] == genuine, (way, one["upstream_errors"], genuine)
        assert one["forged"] == lines_forged, (way, one["forged"], lines_forged)


def fields_of_a_request_are_not_the_logs():
    evil = '?q="x,host:"evil",upstream:"http://evil:1/"'
    put("e.log", *(line(n, path="/" + evil) for n in range(25)),
        *(line(n).rstrip(b"\n") + b', referrer: "http://x/", upstream: "http://evil:1/", host: "evil"\n' for n in range(25)))
    told = events("e.log")
    assert len(told) == 50, len(told)
    for e in told:
        assert e["upstream"] == "127.0.0.1:8000", e["upstream"]
        assert e.get("host") != "evil" and e.get("fields", {}).get("host", "a.example") == "a.example", e


def lines_that_nginx_cut_are_events():
    cut = []
    for n, (path, host) in enumerate((("/" + "a" * 3000, "h"), ("/" + "a" * 950, "h"), ("/" + "é" * 1500, "h"),
                                      ("/" + "a" * 870, "h" * 400))):
        cut.append(line(n, path=path, host=host)[:2047])
        assert len(cut[-1]) == 2047, len(cut[-1])
    put("e.log", *(text + b"\n" for text in cut), line(9))
    run = report("e.log")
    assert errors(run) == 5, run.report()["upstream_errors"]
    tame(run.out, "json")
    assert run.report()["forged"] == 0, run.report()["forged"]


def who_may_speak_for_a_program():
    """Any local process may call itself gunicorn; its unit it cannot choose."""
    def entry(unit, n):
        return json.dumps({"__REALTIME_TIMESTAMP": str(1795183200000000 + n), "_HOSTNAME": "h", "_PID": "99", "_UID": "1000",
                           "_SYSTEMD_UNIT": unit, "SYSLOG_IDENTIFIER": "gunicorn", "PRIORITY": "2",
                           "MESSAGE": f"[2026-11-20 10:00:0{n} +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9{n})"}).encode() + b"\n"
    put("own.json", *(entry("gunicorn.service", n) for n in range(3)))
    put("other.json", *(entry("evil.service", n) for n in range(3)))
    assert report("own.json").report()["kinds"].get("worker-timeout") == 3
    found = [e for e in map(json.loads, Run("--no-config", "-o", "events", "other.json").out.splitlines()) if e.get("kind") == "worker-timeout"]
    assert all("gunicorn.service" not in json.dumps(e) for e in found), found[:1]
    assert all("evil.service" in json.dumps(e) for e in found), found[:1]


def every_line_of_every_recording_is_accounted_for():
    wrong = []
    for name in sorted(glob.glob(os.path.join(ROOT, "fixtures/formats/*/*"))):
        if not os.path.isfile(name) or name.endswith((".md", ".told", ".json5")):
            continue
        for s in report(name).report()["sources"]:
            if s["lines"] != s["understood"] + s["not_understood"] + s["cut"] + s["forged"]:
                wrong.append((name, s))
    assert not wrong, wrong[:2]


# --- D: kinds of input -------------------------------------------------------------------------------------
def a_fifo_never_blocks():
    put("good.log", line(1))
    os.mkfifo("fifo")
    start = time.monotonic()
    run = report("good.log", "fifo")
    assert run.status == 3 and errors(run) == 1 and time.monotonic() - start < 8, run.err
    put("e.log", line(1))
    with open("out", "wb") as out:
        p = subprocess.Popen([WHY502, "--no-config", "-f", "-o", "json", "e.log"], env=ENV, stdout=out, stdin=subprocess.DEVNULL)
    time.sleep(1)
    os.rename("e.log", "e.log.1")
    os.mkfifo("e.log")
    time.sleep(2)
    with open("e.log.1", "ab") as log:
        log.write(line(2))
    time.sleep(2)
    os.unlink("e.log")
    put("e.log", line(3))
    time.sleep(3)
    p.send_signal(signal.SIGTERM)
    assert p.wait(timeout=8) == 0
    with open("out", "rb") as out:
        last = json.loads(out.read().splitlines()[-1])
    assert last["upstream_errors"] == 3, last["upstream_errors"]


def the_bytes_decide_not_the_name():
    body = line(1) + line(2)
    packed = {"gz": gzip.compress(body), "bz2": bz2.compress(body), "xz": lzma.compress(body)}
    for suffix in ("gz", "bz2", "xz", "zst", "lz4"):
        put("plain.log." + suffix, body)
        assert errors(report("plain.log." + suffix)) == 2, suffix
    for suffix, text in packed.items():
        put("packed.log", text)
        assert errors(report("packed.log")) == 2, suffix
        assert errors(report("-", feed=[text])) == 2, suffix
        put("other.zst", text)
        assert errors(report("other.zst")) == 2, suffix


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 2 and not name.startswith("_") and t.__module__ == "__main__"]


def main():
    only = [a for a in sys.argv[1:] if not a.startswith("--")]
    for test in TESTS:
        if only and test.__name__ not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                test()
                print("ok", test.__name__, flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {ascii(str(why))[:400]}", flush=True)
            os.chdir("/")


if __name__ == "__main__":
    main()
