#!/usr/bin/python3
"""properties.py -- what may be done to a log without changing what is read from it.

usage: properties.py WHY502 [PART-OF-A-NAME...]

On every recorded log of fixtures/: no line is left that was not understood; compressing it, cutting it
anywhere, putting it behind the prefixes of syslog, journal and containers, and mixing it line by line
with another log changes no event. Prints `ok NAME` or `FAIL NAME: why` for each.
"""
import collections
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading

WHY502 = os.path.abspath(sys.argv[1])
ONLY = sys.argv[2:]
ODD = "$msec|$host|$request_method $request_uri|$status|$upstream_addr|$upstream_status|$request_time|$http_user_agent"
# `journalctl -o cat` shows messages alone: what an application printed has no form by which to know it.
UNKNOWN = {"fixtures/formats/journal/cat.log": 12}
PLACE = ("source", "line", "offset", "id", "count", "host", "via", "text")


def logs():
    for folder, _, names in sorted(os.walk("fixtures")):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".log") and (not ONLY or any(part in path for part in ONLY)):
                yield path


def options(path):
    return ["--log-format", ODD] if path.endswith("/odd.log") else []


def pipe(path):
    """Of an access log the file's name may tell whose it is."""
    return "gunicorn-access:-" if path.endswith("/gunicorn-access.log") else "-"


def why502(arguments, data=None, chunk=None):
    command = [WHY502, "--sandbox", "off", "--no-config", "--host", "web-1", "--tz", "UTC", "-j1"]
    child = subprocess.Popen(command + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)

    data = data or b""

    def feed():
        try:
            for at in range(0, len(data), chunk or max(1, len(data))):
                child.stdin.write(data[at:at + (chunk or len(data))])
                child.stdin.flush()
            child.stdin.close()
        except BrokenPipeError:
            pass

    feeder = threading.Thread(target=feed)
    feeder.daemon = True
    feeder.start()
    out = child.stdout.read()
    feeder.join()
    child.wait()
    return out


def events(arguments, data=None, chunk=None, drop=PLACE):
    found = []
    for line in why502(["-o", "events", "-v"] + arguments, data, chunk).splitlines():
        event = json.loads(line)
        if event.get("kind") == "coverage":
            continue
        for key in drop:
            event.pop(key, None)
        found.append(json.dumps(event, sort_keys=True))
    return found


def difference(wanted, got):
    """The first event that only one side has; None where both have the same."""
    if wanted == got:
        return None
    missing = collections.Counter(wanted) - collections.Counter(got)
    extra = collections.Counter(got) - collections.Counter(wanted)
    if not missing and not extra:
        return "another order"
    text = f"{sum(missing.values())} missing, {sum(extra.values())} more"
    for word, side in (("missing", missing), ("more", extra)):
        for event in itertools.islice(side, 1):
            text += f"\n      {word} {event[:300]}"
    return text


def tell(name, why):
    print(f"FAIL {name}: {why}" if why else f"ok {name}", flush=True)


# --- one log --------------------------------------------------------------------------------------
def understood(path):
    report = json.loads(why502(["-o", "json"] + options(path) + [path]))
    strange = sum(source["not_understood"] for source in report["sources"])
    return None if strange == UNKNOWN.get(path, 0) else f"{strange} lines not understood"


def compressed(path, wanted, data, folder):
    packed = os.path.join(folder, os.path.basename(path) + ".gz")
    with gzip.open(packed, "wb") as out:
        out.write(data)
    return difference(wanted, events(options(path) + [packed]))


def cut(path, wanted, data):
    for chunk in (997, 4099):
        why = difference(wanted, events(options(path) + [pipe(path)], data, chunk))
        if why:
            return f"in pieces of {chunk} bytes: {why}"
    return None


# --- behind a prefix ------------------------------------------------------------------------------
def lines_of(data):
    return data[:-1].split(b"\n") if data.endswith(b"\n") else data.split(b"\n")


def docker_json(line):
    entry = {"log": line.decode("utf-8") + "\n", "stream": "stderr", "time": "2026-11-20T18:53:14.123456789Z"}
    return json.dumps(entry, separators=(",", ":")).encode()


WRAPPERS = {
    "syslog": lambda line: b"Nov 20 18:53:14 web1 app[77]: " + line,
    "rfc5424": lambda line: b"<190>1 2026-11-20T18:53:14.123Z web1 app 77 - - " + line,
    "journal": lambda line: b"2026-11-20T18:53:14+0000 web1 app[77]: " + line,
    "docker": docker_json,
    "docker -t": lambda line: b"2026-11-20T18:53:14.123456789Z " + line,
    "compose": lambda line: b"web-1  | " + line,
    "cri": lambda line: b"2026-11-20T18:53:14.123456789Z stderr F " + line,
}
# What a prefix tells, too: a stamp or a pid that the line itself lacks, a finer stamp, the program's name.
PRIORITY = ("info",)
TOLD = PLACE + ("time", "stamp", "clock", "precision_s", "pid")


def bare(event):
    event = json.loads(event)
    if event["level"] in PRIORITY:
        event["level"] = None
    event["fields"] = {k: v for k, v in event["fields"].items() if k not in ("ident", "unit")}
    for key in TOLD:
        event.pop(key, None)
    return json.dumps(event, sort_keys=True)


def wrapped(path, wanted, data, wrap):
    try:
        inside = b"".join(wrap(line) + b"\n" for line in lines_of(data))
    except UnicodeDecodeError:
        return None
    got = events(options(path) + [pipe(path)], inside)
    return difference([bare(e) for e in wanted], [bare(e) for e in got])


# --- two logs -------------------------------------------------------------------------------------
def formats_of(found):
    return {json.loads(event)["format"] for event in found}


def records_of(path, data):
    """The log's lines, those of one record together."""
    starts = {json.loads(event)["line"] for event in events([path], drop=())}
    record = []
    for number, line in enumerate(lines_of(data), 1):
        if number in starts and record:
            yield b"".join(record)
            record = []
        record.append(line + b"\n")
    yield b"".join(record)


def undated(event):
    """What has no stamp of its own has that of the line before it, whosever that is."""
    event = json.loads(event)
    if event["format"] in ("node", "php-fpm", "puma", "python", "tomcat", "uvicorn", "uwsgi"):
        for key in ("time", "stamp", "clock", "precision_s"):
            event.pop(key, None)
    return json.dumps(event, sort_keys=True)


def mixed(one, other):
    """Record by record, as two programs write to one pipe."""
    pairs = itertools.zip_longest(*(list(records_of(log[0], log[2])) for log in (one, other)))
    got = events(["-"], b"".join(record for pair in pairs for record in pair if record))
    return difference(sorted(map(undated, one[1] + other[1])), sorted(map(undated, got)))


def mixable(one, other):
    """An access log in the combined format may be nginx's or gunicorn's: nobody can tell the two apart."""
    formats = formats_of(one[1]), formats_of(other[1])
    access = any("nginx-access" in f for f in formats) and any(f & {"gunicorn", "gunicorn-access"} for f in formats)
    return formats[0].isdisjoint(formats[1]) and not access


def main():
    read = []
    with tempfile.TemporaryDirectory() as folder:
        for path in logs():
            with open(path, "rb") as log:
                data = log.read()
            wanted = events(options(path) + [path])
            read.append((path, wanted, data))
            tell(f"{path} is understood", understood(path))
            tell(f"{path} compressed", compressed(path, wanted, data, folder))
            tell(f"{path} cut", cut(path, wanted, data))
            if "/journal" in path or "/mysql" in path:
                continue
            for name, wrap in WRAPPERS.items():
                tell(f"{path} behind {name}", wrapped(path, wanted, data, wrap))
        plain = [log for log in read if not options(log[0]) and "/journal/" not in log[0]]
        for one, other in zip(plain, plain[1:] + plain[:1]):
            if mixable(one, other):
                tell(f"{one[0]} mixed with {os.path.basename(other[0])}", mixed(one, other))


main()
