#!/usr/bin/python3
"""messages.py -- every row of the tables of facts, as a line of its own, is read as the row says.

usage: messages.py WHY502 [FILE.rows...]

A file of tests/messages/ holds

    % ZONE              of stamps without one, for the whole file (else UTC)
    @ TEMPLATE          how the rows below become lines (TEMPLATES)
    # text              where the rows stand in the facts
    EXPECTED | PART...  what must be told, and the parts that the template takes

EXPECTED is a class with its code or a kind, then FIELD=VALUE (an event's member or one of its
`fields`; `at=` is its time; %XX stands for a blank); `other` is understood and of no interest, `none` not understood.
`!` before EXPECTED: the row is a look-alike, of which only this much must not be told. In parts \\n ends
a line, \\e is ESC, \\| is a bar, \\\\ a backslash. Prints `ok NAME` or `FAIL NAME: why` for each.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "messages")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Row:
    def __init__(self, number):
        self.day, rest = 10 + number // 1440, number % 1440
        self.hour, self.minute = divmod(rest, 60)
        self.pid = 3000 + number

    def at(self, form):
        return form.format(h=self.hour, m=self.minute, d=self.day, p=self.pid)

    @property
    def rfc(self):
        return self.at("2026-03-{d}T{h:02}:{m:02}:10Z")


def nginx(row, level, message, phase="-", upstream="http://127.0.0.1:8000/x"):
    tail = "" if phase == "-" else f" while {phase}"
    if upstream != "-":
        named = f', upstream: "{upstream}"' if upstream else ""
        tail += (f', client: 192.0.2.9, server: shop.example, request: "GET /x HTTP/1.1"{named}, '
                 'host: "shop.example"')
    number = "" if upstream == "-" else f"*{row.pid} "
    return row.at("2026/03/{d} {h:02}:{m:02}:10 ") + f"[{level}] 4711#4711: {number}{message}{tail}"


def gunicorn(row, level, message):
    pid = 1201
    return row.at("[2026-03-{d} {h:02}:{m:02}:10 +0000] ") + f"[{pid}] [{level}] {message}"


def journal(row, ident, message):
    return row.at("2026-03-{d}T{h:02}:{m:02}:10+00:00 web-1 ") + f"{ident}: {message}"


def mysql8(row, label, message):
    return row.at("2026-03-{d}T{h:02}:{m:02}:10.000000Z 0 ") + f"[{label}] {message}"


def mariadb(row, label, message):
    return row.at("2026-03-{d} {h:2}:{m:02}:10 0 ") + f"[{label}] {message}"


def uwsgi(row, message):
    return row.at("Sun Mar {d} {h:02}:{m:02}:10 2026 - ") + message


def raw(_, line):
    return line


TEMPLATES = {f.__name__: f for f in (nginx, gunicorn, journal, mysql8, mariadb, uwsgi, raw)}


def parts(text):
    unescaped = {"\\n": "\n", "\\e": "\x1b", "\\|": "|", "\\t": "\t",
                 "\\\\": "\\"}
    return [re.sub(r"\\[\\ne|t]", lambda m: unescaped[m.group()], p)
            for p in re.split(r" \|(?: |$)", text)]


def read(path):
    """(name, expected, line, row, zone) of each row."""
    template, section, number, zone = raw, "", 0, None
    for at, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("@ "):
            template = TEMPLATES[line[2:].strip()]
        elif line.startswith("% "):
            zone = line[2:]
        elif line.startswith("# "):
            section = line[2:]
        elif line.strip():
            expected, *rest = parts(line)
            row = Row(number)
            number += 1
            name = f"{os.path.basename(path)}:{at}_{section.split(' ')[0]}"
            yield name, expected, template(row, *rest), None if template is raw else row, zone


def told(why502, rows):
    """events of each row, by its number"""
    zone = next((z for _, _, _, _, z in rows if z), "UTC")
    with tempfile.TemporaryDirectory() as folder:
        for i, (_, _, line, _, _) in enumerate(rows):
            with open(os.path.join(folder, f"{i:04}"), "wb") as f:
                f.write(line.encode("utf-8", "surrogateescape") + b"\n")
        command = [why502, "-o", "events", "-v", "--no-config", "--tz", zone, "--host", "web-1",
                   "--redact", "none", "-j1", "--sandbox", "off"]
        out = subprocess.run(command + [f"{i:04}" for i in range(len(rows))], cwd=folder,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300,
                             env=dict(os.environ, SOURCE_DATE_EPOCH="1774000000"), check=False)
    events = {}
    for line in out.stdout.splitlines():
        event = json.loads(line)
        if event.get("source") is not None:
            events.setdefault(int(event["source"]), []).append(event)
    return events


def value(event, field):
    if field == "at":
        return event.get("time")
    fields = event.get("fields") or {}
    return fields[field] if field in fields else event.get(field)


def is_told(event, wanted):
    words = wanted.split(" ")
    what = event.get("class") or event.get("kind")
    plain = [w for w in words if "=" not in w]
    if what != plain[0] or (len(plain) > 1 and event.get("code") != plain[1]):
        return False
    for word in words:
        if "=" in word:
            field, _, text = word.partition("=")
            if str(value(event, field)) != urllib.parse.unquote(text):
                return False
    return True


def verdict(events, expected, row):
    if expected.startswith("!"):
        bad = [e for e in events if is_told(e, expected[1:])]
        return f"told as {expected[1:]}" if bad else None
    mine = [e for e in events if e.get("kind") != "coverage"]
    if expected == "none":
        return f"told: {summary(mine)}" if mine else None
    for event in mine:
        if is_told(event, expected):
            at = re.sub(r"\.0+Z$", "Z", event["time"] or "")
            return f"at {at}, not {row.rfc}" if row and at != row.rfc else None
    return f"wanted {expected}; told {summary(mine)}"


def summary(events):
    keys = ("class", "code", "kind", "phase", "errno", "upstream", "pid", "level", "time")
    return "; ".join(" ".join(f"{k}={e[k]}" for k in keys if e.get(k) is not None) + " " +
                     json.dumps(e.get("fields") or {}) for e in events) or "nothing"


def main():
    why502 = os.path.abspath(sys.argv[1])
    files = sys.argv[2:] or sorted(os.path.join(ROOT, f) for f in os.listdir(ROOT))
    for path in files:
        rows = list(read(path))
        events = told(why502, rows)
        for i, (name, expected, _, row, _) in enumerate(rows):
            why = verdict(events.get(i, []), expected, row)
            print(f"FAIL {name}: {why}" if why else f"ok {name}")


main()
