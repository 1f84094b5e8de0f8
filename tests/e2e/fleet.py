#!/usr/bin/python3
"""fleet.py -- events of parts of logs say what the logs together say (spec §6.3).

Usage: WHY502=<binary> FIXTURES=<folder> fleet.py [--long] [--seed N] [STORY...]

For each recorded incident and each healthy day: the raw logs are diagnosed together; then they are cut
by file ("host"), by time and at random bytes, each part is turned into events by a run of its own, and
the events come back in any order, some of them twice. The two reports are equal but for what tells how
the logs were read (OF_READING), and, of cut logs, the numbers of lines, which count from the part's
start. Printing what was read is the identity. The short form does one cut of each story.
Folded events (--fold) of whole logs, of parts, of folded events, and printed as read say the same, too.
Prints "ok NAME" or "FAIL NAME: why" for each test.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
FIXTURES = os.path.abspath(os.environ.get("FIXTURES", "fixtures"))

# What the reader of events counts is events: lines and bytes are those of the NDJSON.
OF_READING = ("lines", "bytes", "sources", "sandbox")
OF_PARTS = ("line", "last_line")

STAMP = re.compile(rb"\d\d:\d\d:\d\d")


def run(arguments, folder, feed=None):
    done = subprocess.run([WHY502, *arguments], cwd=folder, input=feed, capture_output=True, timeout=120,
                          stdin=None if feed is not None else subprocess.DEVNULL,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1795183200"})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr.decode()[-200:]}")
    return done.stdout


def stamp_of(line, slow):
    """The time of a line that begins a record; None where none may begin."""
    if slow:
        return line if line.startswith(b"# Time:") else None
    if line[:1] in (b" ", b"\t", b"#", b"") or line.startswith(b"Traceback"):
        return None
    found = STAMP.search(line[:160])
    return found and found.group()


def seams(content):
    """Where a log can be cut so that no record and no second is torn. A boot mark of journalctl's has
    no stamp and is of the line behind it."""
    slow = b"\n# User@Host" in content
    at, last, mark, places = 0, None, None, []
    for line in content.splitlines(keepends=True):
        stamp = stamp_of(line, slow)
        if line.startswith((b"-- Boot ", b"-- Reboot")):
            mark = at
        elif stamp and stamp != last:
            places.append((at if mark is None else mark, stamp))
            last, mark = stamp, None
        at += len(line)
    return places[1:]


def by_byte(content, parts, dice):
    """Random bytes, each moved on to the next seam, as readers of splits do."""
    places = [at for at, _ in seams(content)]
    cuts = {next((p for p in places if p >= dice.randrange(len(content) + 1)), len(content)) for _ in range(parts - 1)}
    edges = [0, *sorted(cuts), len(content)]
    return [content[a:b] for a, b in zip(edges, edges[1:]) if b > a]


def by_time(content, instant):
    place = next((at for at, stamp in seams(content) if stamp >= instant), len(content))
    return [part for part in (content[:place], content[place:]) if part]


def map_part(scratch, number, name, content, mtime, config, how=()):
    folder = os.path.join(scratch, str(number))
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (mtime, mtime))
    return run(["-o", "events", *how, *config, name], folder)


def normal(report, of_parts):
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if not (of_parts and k in OF_PARTS)}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return strip({k: v for k, v in report.items() if k not in OF_READING})


def difference(a, b, path=""):
    if a == b:
        return ""
    if type(a) is not type(b):
        return f"{path}: {json.dumps(a)[:120]} is not {json.dumps(b)[:120]}"
    if isinstance(a, dict):
        for key in {**a, **b}:
            if a.get(key) != b.get(key):
                return difference(a.get(key), b.get(key), f"{path}.{key}")
    if isinstance(a, list):
        if len(a) != len(b):
            return f"{path}: {len(a)} are not {len(b)}: {json.dumps(a)[:200]} {json.dumps(b)[:200]}"
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return difference(x, y, f"{path}[{i}]")
    return f"{path}: {json.dumps(a)[:160]} is not {json.dumps(b)[:160]}"


class Story:
    def __init__(self, kind, name):
        self.name = name
        self.folder = os.path.join(FIXTURES, kind, name)
        with open(os.path.join(self.folder, "truth.json"), encoding="utf-8") as file:
            self.truth = json.load(file)
        self.config = [word for c in self.truth.get("config") or [] for word in ("--config", os.path.join(self.folder, c))]
        self.files = []
        for source in self.truth["args"]:
            path = os.path.join(self.folder, source)
            with open(path, "rb") as file:
                self.files.append((source, file.read(), os.stat(path).st_mtime))
        self.raw = json.loads(run(["-o", "json", *self.config, *self.truth["args"]], self.folder))

    def events(self, cut, *how):
        """The events of every part, a list of lines for each."""
        with tempfile.TemporaryDirectory() as scratch:
            number, all_parts = 0, []
            for name, content, mtime in self.files:
                for part in cut(content):
                    lines = map_part(scratch, number, name, part, mtime, self.config, how)
                    all_parts.append(lines.splitlines(keepends=True))
                    number += 1
            return all_parts

    def reduced(self, lines):
        return json.loads(run(["-o", "json", *self.config, "-"], self.folder, b"".join(lines)))

    def compare(self, lines, of_parts):
        raw, reduced = normal(self.raw, of_parts), normal(self.reduced(lines), of_parts)
        return "" if raw == reduced else difference(raw, reduced)


def events_of(lines):
    """What the lines tell; whose logs these were is told once more by whoever read them."""
    return [line.decode() for line in lines if not line.startswith(b'{"v":1,"kind":"coverage"')]


def shuffled(parts, dice, repeats=0.3):
    lines = [line for part in parts for line in part]
    lines += dice.sample(lines, int(len(lines) * repeats))
    dice.shuffle(lines)
    return lines


def tests(story, dice, long):
    """(name, what is wrong) for each test of one story."""
    whole = story.events(lambda content: [content])
    given = [line for part in whole for line in part]
    again = run(["-o", "events", "-"], story.folder, b"".join(given)).splitlines(keepends=True)
    yield "printed as read", difference(events_of(given), events_of(again))
    if long:
        yield "by host", story.compare([line for part in reversed(whole) for line in part], False)
        yield "by host, shuffled, repeated", story.compare(shuffled(whole, dice), False)
        stamps = sorted(stamp for _, content, _ in story.files for _, stamp in seams(content))
        if stamps:
            halves = story.events(lambda content: by_time(content, stamps[len(stamps) // 2]))
            yield "by time, backwards", story.compare([line for part in reversed(halves) for line in part], True)
    for count in (2, 5, 17) if long else (3,):
        parts = story.events(lambda content, n=count: by_byte(content, n, dice))
        yield f"by byte, {count} parts, shuffled, repeated", story.compare(shuffled(parts, dice), True)
    folded = story.events(lambda content: [content], "--fold")
    yield "folded, shuffled, repeated", story.compare(shuffled(folded, dice), False)
    for how in ([], ["--fold"]) if long else ():
        feed = b"".join(line for part in folded for line in part)
        again = run(["-o", "events", *how, "-"], story.folder, feed).splitlines(keepends=True)
        yield f"folded, {'folded again' if how else 'printed as read'}", story.compare(again, False)
    if long:
        parts = story.events(lambda content: by_byte(content, 3, dice), "--fold")
        yield "folded parts, shuffled, repeated", story.compare(shuffled(parts, dice), True)


def main():
    words = sys.argv[1:]
    long = "--long" in words
    seed = int(words[words.index("--seed") + 1]) if "--seed" in words else 502
    only = {w for w in words if not w.startswith("--") and not w.isdigit()}
    failed = False
    for kind in ("incidents", "healthy"):
        for name in sorted(os.listdir(os.path.join(FIXTURES, kind))):
            if only and name not in only or not os.path.exists(os.path.join(FIXTURES, kind, name, "truth.json")):
                continue
            try:
                for test, wrong in tests(Story(kind, name), random.Random(f"{seed}{name}"), long):
                    print(f"FAIL fleet {name} {test}: {wrong}" if wrong else f"ok fleet {name} {test}")
                    failed = failed or bool(wrong)
            except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as fault:
                print(f"FAIL fleet {name}: {fault}")
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
