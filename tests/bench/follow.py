#!/usr/bin/python3
"""follow.py -- how soon -f tells a line, what it uses while nothing happens, how it grows over many logs.

usage: WHY502=PROGRAM python3 tests/bench/follow.py     SHORT=1: fewer lines, shorter rests"""
import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
SHORT = "SHORT" in os.environ
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}


def error(n):
    return (f'{time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())} [error] 7#7: *{n} connect() failed (111: '
            f'Connection refused) while connecting to upstream, client: 10.0.0.1, server: a.example, request: '
            f'"GET /p{n % 50} HTTP/1.1", upstream: "http://127.0.0.1:8000/p", host: "a.example"\n')


def noise(n):
    return (f'{time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())} [info] 7#7: *{n} client 10.0.0.{n % 250} closed '
            f'keepalive connection\n')


def start(*args):
    return subprocess.Popen([WHY502, "-f", *args], env=ENV, stdout=subprocess.PIPE, bufsize=0)


def stop(p):
    p.send_signal(signal.SIGTERM)
    p.stdout.read()
    p.wait(60)


def processor_time(p):
    with open(f"/proc/{p.pid}/schedstat") as stat:  # nanoseconds; its ticks would be too coarse
        return int(stat.read().split()[0]) / 1e9


def memory(p, key):
    with open(f"/proc/{p.pid}/status") as status:
        return next(int(row.split()[1]) for row in status if row.startswith(key)) / 1024


def tell(what, value, unit, limit):
    print(f"{what:<44} {value:8.3f} {unit:<4} (wanted: at most {limit}: {'met' if value <= limit else 'MISSED'})")


def told_within(p, log, n):
    before = time.monotonic()
    log.write(error(n).encode())
    assert select.select([p.stdout], [], [], 20)[0]
    p.stdout.read(65536)
    return time.monotonic() - before


def latency():
    dice = random.Random(1)
    with open("e.log", "wb", buffering=0) as log:
        p = start("-o", "events", "e.log")
        told_within(p, log, 0)
        took = []
        for n in range(1, 40 if SHORT else 200):
            time.sleep(dice.random() * 0.2)
            took.append(told_within(p, log, n))
        stop(p)
    tell("a line is told within, median", statistics.median(took), "s", 1)
    tell("a line is told within, longest", max(took), "s", 1)


def idle():
    seconds = 6 if SHORT else 30
    for first, name in enumerate("abc"):
        with open(f"{name}.log", "w") as log:
            log.writelines(error(n) for n in range(1000 * first, 1000 * first + 1000))
    p = start("--state", "s.db", "a.log", "b.log", "c.log")
    time.sleep(8)  # the last save, and what is due five seconds later
    before = processor_time(p)
    time.sleep(seconds)
    used = processor_time(p) - before
    stop(p)
    tell(f"three idle logs, an hour's processor time (x{3600 // seconds})", used * 3600 / seconds, "s", 1)


def long_follow(*state):
    lines = 200_000 if SHORT else 2_000_000
    with open("e.log", "w"):
        p = start(*state, "e.log")
    sizes, began = [], time.monotonic()
    for piece in range(20):
        with open("e.log", "a") as log:
            log.writelines(error(n) if n % 20 == 0 else noise(n)
                           for n in range(piece * lines // 20, (piece + 1) * lines // 20))
        if piece % 2:
            os.rename("e.log", f"e.log.{piece}")
            open("e.log", "w").close()
        time.sleep(1)
        sizes.append(memory(p, "VmRSS"))
    took = time.monotonic() - began
    peak = memory(p, "VmHWM")
    stop(p)
    print(f"{lines} lines, ten rotations, {took:.0f} s: {sizes[1]:.1f} MiB after a tenth, {sizes[-1]:.1f} at the end")
    if state:
        print(f"{'peak memory with a state':<44} {peak:8.3f} MiB  (up to 16 MiB of late lines are in it)")
    else:
        tell("peak memory", peak, "MiB", 24)


def long_follow_with_a_state():
    long_follow("--state", "l.db")


def main():
    for measure in (latency, idle, long_follow, long_follow_with_a_state):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            measure()
            sys.stdout.flush()
            os.chdir("/")


main()
