#!/usr/bin/python3
"""stress.py -- is a verdict still honest when the logs are worse than recorded?

Usage: WHY502=<binary> FIXTURES=<folder> stress.py [--long] [--write FILE] [--list] [RECORDING...]

Every recording is told again with something spoilt: one source left out, one clock wrong by hours or
by seconds, an unrelated healthy log beside it, its end cut off. The truth stays the one of truth.json.
For each spoilt recording: the cause named, how sure the report is of it, what it asks for. What must
hold:

  - "proven" is right at least 99 times in 100, "likely" 85 in 100;
  - a source that was left out and changes the answer is asked for;
  - an unrelated log changes nothing, and makes no incident of a healthy day;
  - what would not help or would harm against the true cause is never advised first.

Without --long every kind of damage is done once to each recording, with it in all its amounts.
--list tells every judgement, --write puts the tables between the marks of a file.
Prints "ok NAME" or "FAIL NAME: why" for each recording.
"""
import collections
import concurrent.futures
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
FIXTURES = os.path.abspath(os.environ.get("FIXTURES", "fixtures"))
CAUSES = os.path.join(os.path.dirname(FIXTURES), "src/catalogue/data/causes.w5")
MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WANTED = {"proven": 99, "likely": 85}
WORDS = ("proven", "likely", "possible", "unknown")
TABLES = ("<!-- stress: begin -->", "<!-- stress: end -->")
ROLES = {"error.log": {"nginx-error"}, "access.log": {"nginx-access"}, "kernel.log": {"kernel"},
         "mysql-error.log": {"mysql-error"}, "mysql-slow.log": {"mysql-slow"},
         "alb.log": {"alb"}, "system.log": {"systemd", "kernel"}, "journal.log": {"app", "systemd", "kernel"}, "config": {"config"}}

# ---- stamps -------------------------------------------------------------------------------------

STAMPS = re.compile(
    rb"(?P<nginx>^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)"
    rb"|(?P<clf>(?<=\[)\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)"
    rb"|(?P<iso>(?<![\d-])\d{4}-\d\d-\d\d[T ][ \d]\d:\d\d:\d\d)"
    rb"|(?P<syslog>^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
    rb"|(?P<mysql>(?:^|(?<=# Time: ))\d{6} [ \d]\d:\d\d:\d\d)"
    rb"|(?P<unix>(?<=^SET timestamp=)\d+)", re.M)
LAYOUT = {"nginx": "%Y/%m/%d %H:%M:%S", "clf": "%d/%b/%Y:%H:%M:%S", "syslog": "%b %d %H:%M:%S",
          "mysql": "%y%m%d %H:%M:%S"}


def instant(kind, text, year):
    if kind == "unix":
        return datetime.datetime.utcfromtimestamp(int(text))
    if kind == "iso":
        return datetime.datetime.strptime(text.replace("T", " ").replace("  ", " "), "%Y-%m-%d %H:%M:%S")
    if kind == "syslog":
        return datetime.datetime.strptime(f"{year} {text}", "%Y " + LAYOUT[kind])
    return datetime.datetime.strptime(text, LAYOUT[kind])


def written(kind, text, at):
    if kind == "unix":
        return str(int(at.replace(tzinfo=datetime.timezone.utc).timestamp()))
    if kind == "iso":
        return at.strftime("%Y-%m-%d" + text[10] + "%H:%M:%S")
    if kind == "syslog":
        return at.strftime("%b ") + f"{at.day:2d}" + at.strftime(" %H:%M:%S")
    return at.strftime(LAYOUT[kind])


def shifted(content, seconds, year=2026):
    """All stamps of a log, moved."""
    by = datetime.timedelta(seconds=seconds)

    def move(match):
        text = match.group().decode()
        at = instant(match.lastgroup, text, year)
        return written(match.lastgroup, text, at + by).encode()
    return STAMPS.sub(move, content)


def first_stamp(line, year=2026):
    match = STAMPS.search(line)
    return instant(match.lastgroup, match.group().decode(), year) if match else None


def cut(content, at):
    """What a log holds up to an instant of its own clock."""
    kept = []
    for line in content.splitlines(keepends=True):
        stamp = first_stamp(line)
        if stamp and stamp > at:
            break
        kept.append(line)
    return b"".join(kept)


# ---- recordings ---------------------------------------------------------------------------------

class Recording:
    def __init__(self, kind, name):
        self.kind, self.name = kind, name
        self.folder = os.path.join(FIXTURES, kind, name)
        with open(os.path.join(self.folder, "truth.json"), encoding="utf-8") as file:
            self.truth = json.load(file)
        self.logs = {n: open(os.path.join(self.folder, n), "rb").read() for n in self.truth["args"]}
        self.config = [os.path.join(self.folder, n) for n in self.truth.get("config") or []]
        named = [c["cause"] for c in self.truth.get("causes") or []] or [self.truth["cause"]]
        self.causes = {c for c in named if c}

    def run(self, logs=None, config=None):
        logs = self.logs if logs is None else logs
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as scratch:
            for name, content in logs.items():
                with open(os.path.join(scratch, name), "wb") as file:
                    file.write(content)
            words = [w for c in (self.config if config is None else config) for w in ("--config", c)]
            done = subprocess.run([WHY502, "-o", "json", *words, *logs],
                                  cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode()[-200:]}")
        return json.loads(done.stdout)


def recordings(kind, only):
    for name in sorted(os.listdir(os.path.join(FIXTURES, kind))):
        if os.path.exists(os.path.join(FIXTURES, kind, name, "truth.json")) and (not only or name in only):
            yield Recording(kind, name)


# ---- damage: each yields (kind, what, logs, config) ---------------------------------------------

def without_each(r, report, long):
    for name in r.logs:
        rest = {n: c for n, c in r.logs.items() if n != name}
        if rest:
            yield "dropped", name, rest, None
    if r.config:
        yield "dropped", "config", dict(r.logs), []
    if long:
        for name in r.logs:
            if len(r.logs) > 2:
                yield "alone", name, {name: r.logs[name]}, []


def off_clock(r, report, long):
    amounts = {"hours": (3600, -3600, 9 * 3600, -5 * 3600, 19800), "seconds": (2, 3, -3, 5, -7, 40)}
    for kind, all_of_them in amounts.items():
        for i, name in enumerate(r.logs):
            for seconds in all_of_them if long else all_of_them[i % len(all_of_them):][:1]:
                yield kind, f"{name} {seconds:+d} s", {**r.logs, name: shifted(r.logs[name], seconds)}, None


def elsewhere(content):
    """A healthy log as another application's."""
    return content.replace(b"127.0.0.1:8000", b"127.0.0.1:8099").replace(b".sock", b"-b.sock")


def stranger(content, report):
    """A log brought to the incident's time."""
    at = report["incidents"][0]["start"] if report["incidents"] else (report["window"]["start"] or "")
    start = datetime.datetime.strptime(at[:19], "%Y-%m-%dT%H:%M:%S")
    stamps = [s for s in map(first_stamp, content.splitlines()) if s]
    if not stamps:
        return content
    middle = stamps[0] + (stamps[-1] - stamps[0]) / 2
    return shifted(content, round((start - middle).total_seconds()))


def grafted(r, report, long):
    logs = [(h, n) for h in HEALTHY for n in h.logs if h.name != r.name]
    chosen = logs if long else [logs[sum(r.name.encode()) % len(logs)],
                                logs[(7 * sum(r.name.encode()) + 3) % len(logs)]]
    for healthy, name in chosen:
        log = elsewhere(healthy.logs[name])
        for when, content in (("beside", stranger(log, report)), ("elsewhen", shifted(log, -86400 * 3))):
            if when == "beside" or long:
                yield "grafted", f"{healthy.name}/{name} {when}", {**r.logs, "other-" + name: content}, None


def cut_off(r, report, long):
    if not report["incidents"]:
        return
    zones = {s["name"]: zone_of(s) for s in report["sources"]}
    start, end = (datetime.datetime.strptime(edge(report, k)[:19], "%Y-%m-%dT%H:%M:%S") for k in ("start", "end"))
    for part in (0.25, 0.5, 0.75, 1.0) if long else (0.5,):
        at = start + (end - start) * part
        yield "cut", f"all at {part:.0%}", {n: cut(c, at + zones.get(n, datetime.timedelta()))
                                           for n, c in r.logs.items()}, None
        for name, content in r.logs.items():
            if long or name not in ("error.log", "access.log"):
                one = cut(content, at + zones.get(name, datetime.timedelta()))
                if one:
                    yield "cut", f"{name} at {part:.0%}", {**r.logs, name: one}, None


def zone_of(source):
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", source.get("timezone") or "")
    if not match:
        return datetime.timedelta()
    sign = -1 if match[1] == "-" else 1
    return sign * datetime.timedelta(hours=int(match[2]), minutes=int(match[3]))


def edge(report, key):
    return (min if key == "start" else max)(i[key] for i in report["incidents"])


DAMAGES = (without_each, off_clock, grafted, cut_off)

# ---- judging ------------------------------------------------------------------------------------

Judgement = collections.namedtuple("Judgement", "recording kind what true named word right settle first")


def never_lists():
    """What must never come first, by cause, as the catalogue has it."""
    lists, cause = {}, None
    with open(CAUSES, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if line.startswith("-- cause "):
                cause = words[2]
            elif line.startswith("never:"):
                lists.setdefault(cause, set()).update(words[1:])
    return lists


def judge(r, kind, what, report):
    for i in report["incidents"]:
        named, word = i["cause"]["id"], i["cause"]["confidence"]
        first = next((x["id"] for x in i.get("remedies", []) if x["state"] == "advised"), None)
        true = named if named in r.causes else "/".join(sorted(r.causes)) or "healthy"
        yield Judgement(r.name, kind, what, true, named, word, named in r.causes,
                        {s["source"] for s in i.get("would_settle", [])}, first)
    if not report["incidents"] and r.causes:
        yield Judgement(r.name, kind, what, "/".join(sorted(r.causes)), "none", "none", False, set(), None)


def documents_stand(report):
    """With nginx's logs alone the line's own remedy or the documents' order stands (spec 5.4)."""
    return all(s["format"].startswith("nginx") for s in report["sources"])


# Its lines settle their mechanism alone, and its own remedy comes first even so (spec 5.4).
MECHANISM = "nginx-read-timeout"


def forbidden(r, j, report):
    if not r.causes or not j.first or documents_stand(report) or j.named == MECHANISM:
        return False
    never = set(r.truth.get("never_first") or [])
    for cause in r.causes:
        never |= NEVER.get(cause, set())
    if len(r.causes) > 1:
        never = set.intersection(*[NEVER.get(c, set()) for c in r.causes])
    return j.first in never


def key(report):
    return [(i["cause"]["id"], i["cause"]["confidence"]) for i in report["incidents"]]


def roles_of(name):
    return ROLES.get(name, {"app"})


def problems_of(r, kind, what, base, report):
    weaker = {"proven": 3, "likely": 2, "possible": 1, "unknown": 0}
    for j in judge(r, kind, what, report):
        if forbidden(r, j, report):
            yield f"{j.first} advised first for {j.true} (named {j.named}, {j.word})"
    named = [c for c, _ in key(report)]
    guessed = r.causes == {"unknown"} and all(word in ("possible", "unknown") for _, word in key(report))
    if kind == "grafted" and named != [c for c, _ in key(base)] and not guessed:
        yield f"{key(base)} became {key(report)}"
    if kind != "dropped" or key(report) == key(base) or not r.causes:
        return
    for i in report["incidents"]:
        asked = {s["source"] for s in i.get("would_settle", [])}
        sure = weaker[i["cause"]["confidence"]]
        if sure < 3 or i["cause"]["id"] not in r.causes:
            if not asked & roles_of(what):
                yield f"{i['cause']['id']}, {i['cause']['confidence']}, and asks for {sorted(asked)} only"


def story(r, long):
    judged, problems = [], []
    base = r.run()
    judged += judge(r, "as it is", "", base)
    for damage in DAMAGES:
        for kind, what, logs, config in damage(r, base, long):
            report = r.run(logs, config)
            judged += judge(r, kind, what, report)
            problems += [f"{kind} {what}: {p}" for p in problems_of(r, kind, what, base, report)]
            if not r.causes and report["incidents"] and kind != "cut":
                problems.append(f"{kind} {what}: {key(report)} on a healthy day")
    return r, judged, problems


# ---- tables -------------------------------------------------------------------------------------

def calibration(judged):
    for word in WORDS[:3]:
        named = [j for j in judged if j.word == word]
        yield word, sum(j.right for j in named), len(named)


def tables(judged, count):
    judged = [j for j in judged if j.true != "healthy"]
    lines = [f"{count} recordings, {len(judged)} judgements.", "",
             "| the report says | right | of | % | wanted |", "|---|---:|---:|---:|---:|"]
    for word, right, n in calibration(judged):
        share = f"{100 * right / n:.1f}" if n else "-"
        lines.append(f"| *{word}* | {right} | {n} | {share} | {WANTED.get(word, '-')} |")
    unknown = sum(j.word == "unknown" for j in judged)
    lines += [f"| *unknown* | - | {unknown} | - | - |",
              f"| no incident | - | {sum(j.named == 'none' for j in judged)} | - | - |", "",
              "| done to the logs | judgements | true cause | another | unknown | no incident |",
              "|---|---:|---:|---:|---:|---:|"]
    for kind in dict.fromkeys(j.kind for j in judged):
        of_kind = [j for j in judged if j.kind == kind]
        right = sum(j.right for j in of_kind)
        unknown = sum(j.word == "unknown" and not j.right for j in of_kind)
        none = sum(j.named == "none" for j in of_kind)
        lines.append(f"| {kind} | {len(of_kind)} | {right} | {len(of_kind) - right - unknown - none} "
                     f"| {unknown} | {none} |")
    lines += ["", "| true cause | judgements | named right | named instead (proven, likely, possible) |",
              "|---|---:|---:|---|"]
    for true in sorted({j.true for j in judged}):
        of_cause = [j for j in judged if j.true == true]
        others = collections.defaultdict(collections.Counter)
        for j in of_cause:
            if not j.right:
                others[j.named][j.word] += 1
        words = [f"{named} {tally(n)}" for named, n in sorted(others.items(), key=lambda x: -sum(x[1].values()))]
        lines.append(f"| {true} | {len(of_cause)} | {sum(j.right for j in of_cause)} | {'; '.join(words)} |")
    return lines


def tally(n):
    if set(n) <= {"unknown", "none"}:
        return str(sum(n.values()))
    return f"{sum(n.values())} ({', '.join(str(n[w]) for w in WORDS[:3])})"


def write(path, lines):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split(TABLES[0], 1)
    _, tail = rest.split(TABLES[1], 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([head + TABLES[0], *lines, TABLES[1]]) + tail)


def check_calibration(judged):
    for word, right, n in calibration(judged):
        wanted = WANTED.get(word)
        if wanted and n and 100 * right < wanted * n:
            wrong = collections.Counter(f"{j.named} for {j.true}" for j in judged if j.word == word and not j.right)
            yield f"{word}: {right} of {n} right; {wrong.most_common(8)}"


def main():
    arguments = sys.argv[1:]
    long = "--long" in arguments
    target = arguments[arguments.index("--write") + 1] if "--write" in arguments else None
    only = {a for a in arguments if not a.startswith("-") and a != target}
    stories = [*recordings("incidents", only), *recordings("healthy", only)]
    judged, failed = [], False
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for r, more, problems in pool.map(lambda r: story(r, long), stories):
            judged += more
            print(f"FAIL {r.name}: {'; '.join(problems)}" if problems else f"ok {r.name}")
            failed |= bool(problems)
    if "--list" in arguments:
        for j in judged:
            print(f"{'    right' if j.right else '    WRONG'} {j.word:8} {j.recording}: {j.kind} {j.what}: {j.named}, "
                  f"first {j.first}, asks {','.join(sorted(j.settle))}")
    for problem in [] if only else check_calibration(judged):
        print(f"FAIL calibration: {problem}")
        failed = True
    if not failed:
        print("ok calibration")
    if target:
        write(target, tables(judged, len(stories)))
    elif long or "--tables" in arguments:
        print("\n".join(tables(judged, len(stories))))
    return failed


HEALTHY = list(recordings("healthy", set()))
NEVER = never_lists()
if __name__ == "__main__":
    sys.exit(main())
