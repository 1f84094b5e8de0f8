#!/usr/bin/python3
"""limits.py -- long, many, deep, hostile, and little of everything: what must hold all the same.

usage: WHY502=PROGRAM python3 tests/e2e/limits.py [--long] [NAME...]

The names of the tests stand in the table of tests/README.md, by the rows of what must hold. The short
form takes megabytes where --long takes gigabytes. Prints "ok NAME" or "FAIL NAME: why" for each."""
import bz2
import errno
import gzip
import json
import lzma
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
LONG = "--long" in sys.argv
MIB = 1 << 20
BUDGET = 24 * MIB
BIG = 1024 if LONG else 48  # MiB of what is large


def line(n, path="/p", upstream="127.0.0.1:8000", host="a.example", client="10.0.0.1"):
    return (f"2026/11/20 10:{n // 60 % 60:02}:{n % 60:02} [error] 7#7: *{n} connect() failed (111: Connection "
            f"refused) while connecting to upstream, client: {client}, server: a.example, request: "
            f'"GET {path} HTTP/1.1", upstream: "http://{upstream}{path}", host: "{host}"\n').encode()


def limited(**limits):
    def apply():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    return apply


def peak_of(pid):
    """What rusage tells holds the memory of who forked, too."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            text = file.read()
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            name = file.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    at = text.find("VmHWM:")
    return int(text[at + 6:].split()[0]) * 1024 if at >= 0 and name.startswith("why502") else 0


class Run:
    """A run that has ended: status, out, err, the most memory it had, seconds of CPU."""

    def __init__(self, *arguments, feed=None, patience=60, **more):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            p = subprocess.Popen([WHY502, *arguments], env=ENV | more.pop("env", {}), stderr=err,
                                 stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                                 **({"stdout": out} | more))
            if feed:
                try:
                    for piece in feed:
                        p.stdin.write(piece)
                    p.stdin.close()
                except BrokenPipeError:
                    pass
            end = time.monotonic() + patience
            pid = self.memory = 0
            while pid == 0 and time.monotonic() < end:
                self.memory = max(self.memory, peak_of(p.pid))
                pid, status, usage = os.wait4(p.pid, os.WNOHANG)
                time.sleep(0.002)
            if pid == 0:
                p.kill()
                p.wait()
                raise AssertionError(f"it takes longer than {patience} s")
            p.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.seconds = usage.ru_utime + usage.ru_stime
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read(), err.read()
        assert self.status >= 0, f"signal {-self.status}: {self.err[-200:]!r}"

    def report(self):
        return json.loads(self.out)


def report(*arguments, **more):
    return Run("--no-config", "-o", "json", *arguments, **more)


def put(name, *pieces):
    with open(name, "wb") as file:
        for piece in pieces:
            file.write(piece)


def errors(run):
    return run.report()["upstream_errors"]


def within_budget(run, more=0):
    assert run.memory <= BUDGET + more, f"{run.memory / MIB:.1f} MiB"


# --- long, many, deep ------------------------------------------------------------------------------
def a_line_of_any_length_is_one_line():
    def text():
        for byte in (b"x", b"\0"):
            for _ in range(BIG):
                yield byte * MIB
            yield b"\n"
        yield b"".join(line(n) for n in range(10))
    run = report("-", feed=text())
    assert errors(run) == 10 and run.report()["sources"][0]["cut"] == 2, run.report()["sources"]
    within_budget(run)


def the_end_of_a_buffer_is_no_end_of_a_line():
    out = b""
    for size in (4096, 65536, 262144, MIB):
        for _ in range(6 if size < MIB else 2):
            start = len(out) % size
            filler = size - start if start else size
            out += b"x" * filler + line(7).rstrip(b"\n") + b"\n" + line(8)
    put("e.log", out)
    assert errors(report("e.log")) == 20
    assert errors(report("-", feed=[out])) == 20


def distinct_keys_are_bounded():
    many = 1_000_000 if LONG else 200_000
    put("e.log", *(line(n, f"/p{n}", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}:80", f"h{n}.example",
                        f"11.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n in range(many)))
    run = report("-j", "1", "e.log", patience=120)
    assert errors(run) == many, errors(run)
    within_budget(run)
    within_budget(report("-j", "2", "e.log", patience=120))
    text = " ".join(Run("--no-config", "-v", "e.log", patience=120).out.decode().split())
    assert "There was more than is kept in memory:" in text, text[-2000:]


def a_pipe_takes_the_same_memory_whatever_its_length():
    block = b"".join(line(n, f"/p{n % 7919}", client=f"10.0.{n >> 8 & 255}.{n & 255}") for n in range(40_000))
    peaks = [report("-", feed=[block] * times, patience=120).memory for times in (6, 24)]
    assert abs(peaks[1] - peaks[0]) <= MIB and max(peaks) <= BUDGET, [f"{p / MIB:.1f} MiB" for p in peaks]


def a_traceback_without_end_is_bounded():
    head = b"[2026-11-20 10:00:00 +0000] [7] [ERROR] Error handling request /x\nTraceback (most recent call last):\n"
    put("g.log", head, b'  File "/srv/a.py", line 1, in x\n    y()\n' * 60000,
        b"[2026-11-20 10:01:00 +0000] [6] [CRITICAL] WORKER TIMEOUT (pid:7)\n")
    run = report("g.log")
    assert run.report()["kinds"].get("worker-timeout") == 1, run.report()["kinds"]
    within_budget(run)


def depth_is_bounded_on_a_small_stack():
    for text in (b"[" * 100000, b'{"a":' * 100000):
        put("j.log", b'{"__REALTIME_TIMESTAMP":"1795183200000000","MESSAGE":' + text + b"}\n", text + b"\n", line(1))
        put("nginx.conf", b"a{" * 100000)
        run = Run("-o", "json", "--config", "nginx.conf", "j.log", preexec_fn=limited(STACK=256 * 1024))
        assert errors(run) == 1


REPEATED = [b'"', b", client: ", b'", ', b" ", b"7", b"[", b"==> ", b"\\", b"2026/11/20 10:00:00 ",
            b"Nov 20 10:00:00 h p[1]: ", b'{"log":"', b"connect() failed (111: ", b"%0A", b"Traceback (most ",
            b'File "x", line 1', b"'", b"while reading ", b"upstream: \"http://"]


def work_grows_with_the_bytes():
    slow = []
    for piece in REPEATED:
        for prefix in (b"", line(1).rstrip(b"\n"), b"2026/11/20 10:00:00 [error] 7#7: *1 "):
            took = []
            for size in (MIB // 2, 2 * MIB):
                one = prefix + piece * (120_000 // len(piece)) + b"\n"
                put("e.log", one * (size // len(one)))
                took.append(min(report("-j", "1", "e.log").seconds for _ in range(2)))
            if took[1] > 5 * took[0] + 0.1 or took[1] > 1.5:
                slow.append((prefix[:20], piece, took))
    assert not slow, slow[:3]


def keys_that_collide_cost_no_more():
    """Which keys would collide is not known from outside: the hash is seeded anew in each run."""
    put("e.log", *(line(n, "/" + "Aa" * (n % 17) + "BB" * (n // 17 % 17) + str(n)) for n in range(30000)))
    put("r.log", *(line(n, f"/{n * 2654435761 % 2**32:x}") for n in range(30000)))
    hostile, ordinary = (min(report("-j", "1", name).seconds for _ in range(2)) for name in ("e.log", "r.log"))
    assert hostile <= 2 * ordinary + 0.1, (hostile, ordinary)
    assert len({report("e.log").out.split(b'"generated_at"')[1][30:] for _ in range(3)}) == 1


def a_pattern_of_the_user_has_limits():
    put("own.w5", b"-- pattern own.slow\nformat: nginx-error\nclass: connection-refused\ncode: CK-111\n"
                  b"match: ^(a+)+$\nsource: test\nsample: 2026/11/20 10:00:00 [error] 7#7: *1 aaa\n\nSlow.\n")
    put("e.log", *(b"2026/11/20 10:00:00 [error] 7#7: *1 " + b"a" * 5000 + b"!\n" for _ in range(50)), line(1))
    run = report("--catalogue", "own.w5", "e.log")
    assert errors(run) == 1, run.report()
    assert run.seconds < 10, run.seconds


def numbers_are_checked():
    for number in ("2147483648", "4294967296", "9223372036854775808", "18446744073709551616", "9" * 40, "-1"):
        n = number.encode()
        put("e.log", line(1).replace(b"7#7", n + b"#" + n).replace(b"*1 ", b"*" + n + b" ").replace(b":8000", b":" + n),
            b'1.2.3.4 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" ' + n + b" " + n + b' "-" "x"\n', line(2))
        assert errors(report("e.log")) >= 1
        for option in ("--top", "--width", "--jobs"):
            assert Run(option, number, "e.log").status in (0, 1, 2)


def nul_is_a_byte():
    put("e.log", line(1).replace(b"/p", b"/\0p"), b"\0" * 4096, line(2), line(3))
    assert errors(report("e.log")) == 3


# --- little of everything ---------------------------------------------------------------------------
def no_descriptor_is_counted_or_told():
    for n in range(60):
        put(f"{n}.log", *(line(60 * n + k) for k in range(5)))
    names = [f"{n}.log" for n in range(60)]
    for few in (24, 16, 12, 8, 6):
        run = report(*names, preexec_fn=limited(NOFILE=few))
        if run.status == 0:
            assert errors(run) == 300, (few, errors(run))
        else:
            assert run.err, few
            assert run.status == 3 or not run.out, (few, run.status)


def little_memory_ends_with_a_message():
    put("e.log", *(line(n) for n in range(1000)))
    for mib in (9, 12, 16, 20, 24, 32, 48, 64, 100, 200):
        try:
            run = report("-j", "1", "e.log", preexec_fn=limited(AS=mib * MIB))
        except AssertionError as why:
            raise AssertionError(f"{mib} MiB: {why}") from None
        except OSError:
            continue  # not even the loader
        assert run.status in (0, 70, 127, 3) and (run.status == 0 or run.err), (mib, run.status)


# --- bytes ------------------------------------------------------------------------------------------
def only_a_newline_ends_a_line():
    for end in ("\u2028", "\u0085", "\x0b", "\x0c", "\r"):
        put("e.log", line(1).replace(b"GET /p", b"GET /" + end.encode() + line(2)[:-2]), line(3))
        assert errors(report("e.log")) == 2, end


def ends_and_beginnings_of_files():
    body = line(1) + line(2)
    for text, count in ((body.replace(b"\n", b"\r\n"), 2), (b"\xef\xbb\xbf" + body, 2), (body[:-1], 2), (b"", 0),
                        (b"\n\n\n", 0), ("\ufeff".encode("utf-16-le") + body.decode().encode("utf-16-le"), 2)):
        put("e.log", text)
        assert errors(report("e.log")) == count, text[:40]


def strange_bytes_are_no_harm():
    for text in (os.urandom(200_000), open(WHY502, "rb").read(300_000), "接続 é".encode("shift_jis", "ignore") * 999):
        put("e.log", text, b"\n", line(1))
        run = report("e.log")
        assert run.status in (0, 3)


def one_byte_at_a_time():
    body = b"".join(line(n) for n in range(3))
    r, w = os.pipe()
    p = subprocess.Popen([WHY502, "-o", "json", "-"], env=ENV, stdin=r, stdout=subprocess.PIPE)
    os.close(r)
    for i in range(len(body)):
        os.write(w, body[i:i + 1])
    os.close(w)
    assert json.loads(p.communicate(timeout=30)[0])["upstream_errors"] == 3


def what_cannot_be_read_is_told():
    put("good.log", line(1))
    os.mkdir("empty")
    os.symlink("nowhere", "dangling")
    os.symlink("loop", "loop")
    s = socket.socket(socket.AF_UNIX)
    s.bind("socket")
    for name in ("missing", "dangling", "loop", "socket", "n" * 300):
        run = report("good.log", name)
        assert run.status == 3 and errors(run) == 1 and run.err, name
    s.close()


def packed_logs_are_read_or_told():
    body = b"".join(line(n) for n in range(2000))
    for name, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        whole = pack(body)
        put("e.log", whole)
        assert errors(report("e.log")) == 2000
        put("e.log", pack(body[:len(line(0)) * 10]) + pack(body[len(line(0)) * 10:]))
        assert errors(report("e.log")) == 2000, name
        for cut in range(1000, len(whole), max(1000, len(whole) // 6)):
            put("e.log", whole[:cut])
            run = report("e.log")
            assert run.status == 3 and run.err, (name, cut, run.status, run.out[-100:])
        spoilt = bytearray(whole)
        spoilt[-6 if name != "xz" else -20] ^= 1
        put("e.log", spoilt)
        assert report("e.log").status == 3, name


def bombs_stay_in_memory():
    zeros = b"\0" * MIB
    for name, opener in (("gz", gzip.open), ("bz2", bz2.open), ("xz", lzma.open)):
        with opener("bomb", "wb") as file:
            for _ in range(BIG):
                file.write(zeros)
            file.write(b"\n" + line(1))
        run = report("bomb")
        assert errors(run) == 1, name
        within_budget(run, 12 * MIB)


def a_dictionary_of_4_gib_is_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 16}]
    good = bytearray(lzma.compress(line(1), lzma.FORMAT_XZ, filters=filters))
    at = 12 + 4  # block header: size, flags, filter 0x21, size 1, dictionary
    assert good[at - 2] == 0x21, good[:24].hex()
    good[at] = 40  # 4 GiB
    size = (good[12] + 1) * 4
    import zlib
    good[12 + size - 4:12 + size] = zlib.crc32(good[12:12 + size - 4]).to_bytes(4, "little")
    put("e.xz", good)
    run = report("e.xz")
    assert run.status == 3 and run.err
    within_budget(run)


def archives_are_never_unpacked():
    subprocess.run(["tar", "czf", "a.tar.gz", "-P", "--transform", "s,^,../,", "/etc/hostname"], check=True)
    before = set(os.listdir("..")) | set(os.listdir("."))
    run = report("a.tar.gz")
    assert run.status == 3 and run.err
    assert set(os.listdir("..")) | set(os.listdir(".")) <= before | {"a.tar.gz"}


def a_sparse_file_of_5_gib():
    with open("e.log", "wb") as log:
        log.write(line(1))
        log.seek(5 << 30)
        log.write(b"\n" + line(2))
    assert errors(report("e.log", patience=120)) == 2


# --- output, signals, environment ----------------------------------------------------------------------
FORMATS = ("text", "short", "json", "events", "html", "markdown", "mail", "metrics")


def output_that_cannot_be_written_is_told():
    put("e.log", line(1))
    for arguments in (*(("-o", f, "e.log") for f in FORMATS), ("--help",), ("list", "causes")):
        with open("/dev/full", "wb") as full:
            run = Run(*arguments, stdout=full)
        assert run.status == 4 and run.err, (arguments, run.status)
        run = Run(*arguments, preexec_fn=lambda: os.close(1))
        assert run.status == 4 and run.err, ("closed", arguments, run.status)


def a_closed_pipe_ends_quietly():
    put("e.log", *(line(n) for n in range(500)))
    for name in FORMATS:
        p = subprocess.Popen([WHY502, "-o", name, "e.log"], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.read(1)
        p.stdout.close()
        assert p.wait(timeout=20) in (0, 4, -signal.SIGPIPE), name
        p.stderr.close()


def a_signal_ends_a_run():
    put("e.log", *(line(n) for n in range(100_000)))
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        for moment in range(50 if LONG else 6):
            p = subprocess.Popen([WHY502, "-j", "1", "-o", "json", "e.log"], env=ENV, stdout=subprocess.DEVNULL)
            time.sleep(0.02 + 0.01 * moment)
            p.send_signal(number)
            assert p.wait(timeout=3) in (0, status, -number), p.returncode


def a_storm_of_signals_changes_nothing():
    put("e.log", *(line(n) for n in range(20_000)))
    p = subprocess.Popen([WHY502, "-o", "json", "e.log"], env=ENV, stdout=subprocess.PIPE)
    for _ in range(300):
        p.send_signal(signal.SIGCHLD)
        p.send_signal(signal.SIGWINCH)
        time.sleep(0.0001)
    assert json.loads(p.communicate(timeout=30)[0])["upstream_errors"] == 20_000


def zones_and_locales_are_no_harm():
    put("e.log", line(1))
    for zone in ("", "No/Where", ":/dev/zero", "../../etc/passwd", "x" * 10000, "<+1345>-13:45", "Australia/Lord_Howe"):
        assert errors(report("e.log", env={"TZ": zone})) == 1, zone[:30]
    for locale in ("C", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.UTF-8", "ko_KR.UTF-8", "xx_XX"):
        assert errors(report("e.log", env={"LC_ALL": locale})) == 1, locale


def closed_standard_streams_spoil_no_state():
    for closed in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        put("e.log", line(1))
        run = Run("--cron", "--state", "s.db", "-o", "json", "e.log", preexec_fn=lambda: [os.close(fd) for fd in closed])
        assert run.status in (0, 4), (closed, run.status)
        with open("s.db", "rb") as db:
            assert db.read(15) in (b"SQLite format 3", b""), closed
        os.unlink("s.db")


def arguments_without_end():
    put("e.log", line(1))
    p = subprocess.run([b""], executable=WHY502.encode(), env=ENV, input=line(1), capture_output=True, timeout=30)
    assert p.returncode >= 0
    assert Run(*["e.log"] * 3000).status in (0, 2, 3)
    assert Run("x" * 100_000).status in (2, 3)


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 2 and not name.startswith("_") and t.__module__ == "__main__"]


def main():
    only = [a for a in sys.argv[1:] if not a.startswith("--")]
    for test in TESTS:
        if only and test.__name__ not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            work = os.path.join(folder, "work")
            os.mkdir(work)
            os.chdir(work)
            try:
                start = time.monotonic()
                test()
                took = time.monotonic() - start
                print("ok", test.__name__ + (f" ({took:.1f} s)" if LONG else ""), flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {ascii(str(why))[:400]}", flush=True)
            os.chdir("/")


if __name__ == "__main__":
    main()
