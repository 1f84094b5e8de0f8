#!/usr/bin/python3
"""composed.py -- one failure in every dialect, wrapper and zone: the first cause stays the true one.

Usage: WHY502=<binary> composed.py [--long] [STORY...]

Each story of composed_stories.py is written as gunicorn 20.1, 21.2, 23.0 or 25.3 would log it, in a
file or behind journalctl, syslog, docker, CRI, compose, kubectl, with nginx in other zones than the
application, with the combined access log, one that tells times, or none. The lines are composed from
the tables of facts; what recorded servers say is verdicts.py's business. Without --long each story
is told in a few of the ways. Prints "ok NAME" or "FAIL NAME: why" for each story.
"""
import concurrent.futures
import datetime
import json
import os
import random
import re
import subprocess
import sys
import tempfile

WHY502 = os.path.abspath(os.environ.get("WHY502", ".build/why502"))
BASE = datetime.datetime(2026, 10, 14, 5, 0, 0)
CONTAINERS = {
    "file": "{line}",
    "docker": None,
    "cri": "{stamp} stderr F {line}",
    "compose": "web-1  | {line}",
    "kubectl": "{stamp} {line}",
}
JOURNALS = ("short", "short-iso", "json", "rsyslog", "rfc5424")
WRAPPERS = ("file", "short", "short-iso", "json", "rsyslog", "rfc5424", "docker", "cri", "compose", "kubectl")
TIMED = ("$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" "
         "\"$http_user_agent\" rt=$request_time uct=\"$upstream_connect_time\" uht=\"$upstream_header_time\" "
         "urt=\"$upstream_response_time\" us=\"$upstream_status\" ua=\"$upstream_addr\"")


def at(seconds, hours=0):
    return BASE + datetime.timedelta(seconds=seconds, hours=hours)


def epoch(seconds):
    return at(seconds).replace(tzinfo=datetime.timezone.utc).timestamp()


class Story:
    """What happened, second by second; write() makes logs of it."""

    def __init__(self, version, upstream="http://127.0.0.1:8000", bind=None, workers="sync", crew=3):
        self.text, self.version = version, tuple(int(n) for n in version.split("."))
        self.upstream, self.bind = upstream, bind or upstream
        self.workers, self.crew = workers, crew
        self.errors, self.access, self.app, self.host, self.slow, self.mysql = [], [], [], [], [], []
        self.random, self.connection = random.Random(5), 100

    # ---- nginx -------------------------------------------------------------------------------
    def nginx(self, second, text):
        self.errors.append((second, text))

    def error(self, second, message, phase="reading response header from upstream", path="/report",
              level="error", method="GET", upstream=None):
        self.connection += 1
        where = upstream or self.upstream
        where += (":" if "unix:" in where else "") + path
        self.nginx(second, f'[{level}] 812#812: *{self.connection} {message} while {phase}, client: 203.0.113.7, '
                           f'server: shop.example, request: "{method} {path} HTTP/1.1", upstream: "{where}", '
                           'host: "shop.example"')

    def answer(self, second, path, status, took, upstream_status=None, header=None, method="GET", client="203.0.113.7",
               address=None):
        self.access.append((second, path, status, took, upstream_status or status, header, method, client, address))

    def close(self, second, path="/report", took=30.5):
        self.error(second, "upstream prematurely closed connection", path=path)
        self.answer(second, path, 502, took)

    def refuse(self, *seconds, path="/"):
        for second in seconds:
            if "unix:" in self.upstream:
                self.error(second, f"connect() to {self.upstream[7:]} failed (2: No such file or directory)",
                           "connecting to upstream", path, level="crit")
            else:
                self.error(second, "connect() failed (111: Connection refused)", "connecting to upstream", path)
            self.answer(second, path, 502, 0.0)

    def healthy(self, since, until, step=2.0):
        second = since
        while second < until:
            path = self.random.choice(("/", "/login", "/items", "/cart", "/report"))
            took = self.random.uniform(2, 6) if path == "/report" else self.random.uniform(0.02, 0.2)
            self.answer(second, path, 200, round(took, 3), client=f"203.0.113.{self.random.randrange(2, 250)}")
            second += step * self.random.uniform(0.6, 1.4)

    # ---- the application and its host ----------------------------------------------------------
    def log(self, second, pid, level, message):
        self.app.append((second, pid, level, message))

    def system(self, second, ident, message):
        self.host.append((second, ident, message))

    def kernel(self, second, message):
        self.system(second, "kernel", message)

    def start(self, second, pid=1201, first=1300):
        self.log(second, pid, "INFO", f"Starting gunicorn {self.text}")
        self.log(second, pid, "INFO", f"Listening at: {self.bind} ({pid})")
        self.log(second, pid, "INFO", f"Using worker: {self.workers}")
        for worker in range(first, first + self.crew):
            self.log(second + 0.3, worker, "INFO", f"Booting worker with pid: {worker}")

    def boot(self, second, pid):
        self.log(second, pid, "INFO", f"Booting worker with pid: {pid}")

    def died(self, second, pid, signal, name):
        """As the release tells a death by signal."""
        if self.version >= (21,) and signal == 9:
            self.log(second, 1201, "ERROR", f"Worker (pid:{pid}) was sent SIGKILL! Perhaps out of memory?")
        elif (21,) <= self.version < (24,) and signal == 11:
            self.log(second, 1201, "ERROR", f"Worker (pid:{pid}) was sent code 139!")
        elif self.version >= (21,):
            self.log(second, 1201, "WARNING", f"Worker (pid:{pid}) was sent {name}!")
        elif self.version >= (20, 1):
            self.log(second, 1201, "WARNING", f"Worker with pid {pid} was terminated due to signal {signal}")

    def request(self, path):
        return f"GET {path}" if self.version >= (25, 2) else path

    def said_by_mysql(self, second, message):
        self.mysql.append((second, message))

    def query(self, second, took, statement, lock=0.0001, rows=8800000, thread=77, user="app"):
        self.slow.append((second, f"# Time: {at(second):%Y-%m-%dT%H:%M:%S}.000000Z\n"
                                  f"# User@Host: {user}[{user}] @ localhost []  Id:    {thread}\n"
                                  f"# Query_time: {took:.6f}  Lock_time: {lock:.6f} Rows_sent: 1  Rows_examined: {rows}\n"
                                  f"SET timestamp={int(epoch(second) - took)};\n{statement};"))

    # ---- as files ------------------------------------------------------------------------------
    def write(self, folder, wrapper, zone, access, app_zone):
        """The names of the logs; --config before them where the access log needs it."""
        files = {}
        if self.errors:
            files["error.log"] = [f"{at(s, zone):%Y/%m/%d %H:%M:%S} {text}" for s, text in ordered(self.errors)]
        if self.access and access != "none":
            files["access.log"] = [self.access_line(a, zone, access) for a in ordered(self.access)]
        files.update(self.application(wrapper, app_zone))
        if self.slow:
            files["mysql-slow.log"] = [text for _, text in ordered(self.slow)]
        if self.mysql:
            files["mysql-error.log"] = [f"{at(s):%Y-%m-%dT%H:%M:%S}.000000Z {text}" for s, text in ordered(self.mysql)]
        for name, lines in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in lines))
        if access != "timed" or "access.log" not in files:
            return ["--no-config", *files]
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"http {{ log_format timed '{TIMED}'; access_log /var/log/nginx/access.log timed; "
                       f"server {{ location / {{ proxy_pass {self.upstream}; }} }} }}\n")
        return ["--config", "nginx.conf", *files]

    def access_line(self, answer, zone, access):
        second, path, status, took, upstream_status, header, method, client, address = answer
        line = (f'{client} - - [{at(second, zone):%d/%b/%Y:%H:%M:%S} {zone:+03d}00] "{method} {path} HTTP/1.1" '
                f'{status} 157 "-" "Mozilla/5.0"')
        if access != "timed":
            return line
        made = "-" if status in (502, 504) else f"{took:.3f}"
        return (f'{line} rt={took:.3f} uct="0.000" uht="{header or made}" urt="{took:.3f}" us="{upstream_status}" '
                f'ua="{self.upstream.replace("http://", "") if address is None else address}"')

    def application(self, wrapper, zone):
        lines = [(s, f"gunicorn[{pid}]", line) for s, pid, level, message in ordered(self.app)
                 for line in f"[{at(s, zone):%Y-%m-%d %H:%M:%S} {zone:+03d}00] [{pid}] [{level}] {message}".split("\n")]
        if wrapper in JOURNALS:
            return {"journal.log": [journal(wrapper, *row) for row in ordered(lines + self.host)]}
        files = {}
        if lines:
            files["gunicorn.log"] = [contained(wrapper, s, line) for s, _, line in lines]
        if self.host:
            files["system.log"] = [journal("short-iso", *row) for row in ordered(self.host)]
        return files


def ordered(rows):
    return sorted(rows, key=lambda row: row[0])


def contained(wrapper, second, line):
    stamp = f"{at(second):%Y-%m-%dT%H:%M:%S}.123456789Z"
    if wrapper == "docker":
        return json.dumps({"log": line + "\n", "stream": "stderr", "time": stamp}, separators=(",", ":"))
    return CONTAINERS[wrapper].format(stamp=stamp, line=line)


def journal(mode, second, ident, message):
    when = at(second)
    name, pid = re.match(r"(.*?)(?:\[(\d+)\])?$", ident).groups()
    if mode == "json":
        entry = {"__REALTIME_TIMESTAMP": str(round(epoch(second) * 1e6)), "_HOSTNAME": "web-1", "PRIORITY": "6",
                 "MESSAGE": message, "SYSLOG_IDENTIFIER": name}
        entry.update({"_PID": pid} if pid else {}, **({"_SYSTEMD_UNIT": "gunicorn.service"} if name == "gunicorn" else {}),
                     **({"_TRANSPORT": "kernel"} if name == "kernel" else {}))
        return json.dumps(entry)
    stamp = {"short": f"{when:%b} {when.day:2} {when:%H:%M:%S}", "short-iso": f"{when:%Y-%m-%dT%H:%M:%S}+0000",
             "rsyslog": f"{when:%Y-%m-%dT%H:%M:%S.%f}+00:00", "rfc5424": f"<30>1 {when:%Y-%m-%dT%H:%M:%S.%f}Z"}[mode]
    middle = f"{name} {pid or '-'} - -" if mode == "rfc5424" else f"{ident}:"
    return f"{stamp} web-1 {middle} {message}"


# ---- the trial ------------------------------------------------------------------------------------

def ways(versions, wrappers, long):
    """(version, wrapper, nginx's zone, access log, the application's zone)"""
    for v, version in enumerate(versions):
        for w, wrapper in enumerate(wrappers):
            if not long and (v + w) % 4:
                continue
            zone = (0, 9, -5, 1)[(v + w // 2) % 4]
            access = ("combined", "timed", "none")[(3 * v + w + w // 3) % 3]
            yield version, wrapper, zone, access, (0, zone)[(v + w // 2) % 2]


def problem(story, version, wrapper, zone, access, app_zone):
    told = story.tell(version)
    if access == "none" and (story.access or zone != app_zone or not told.errors):
        access = "combined"  # else nothing tells nginx's zone, or nothing of nginx is left
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        words = told.write(folder, wrapper, zone, access, app_zone)
        done = subprocess.run([WHY502, "-o", "json", "--sandbox", "off", *words], cwd=folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              env={**os.environ, "TZ": "UTC"})
    report = json.loads(done.stdout)
    found = report["incidents"] or report["background"]
    named = [(i["cause"]["id"], (i["remedies"] or [{"id": None}])[0]["id"]) for i in found]
    strange = sum(source["not_understood"] for source in report["sources"])
    right = len(named) == 1 and named[0][0] in story.causes and (not story.first or named[0][1] in story.first)
    if right and not strange:
        return None
    return f"{version} {wrapper} nginx {zone:+d} h, application {app_zone:+d} h, {access}: {named}, {strange} not understood"


def try_story(story, long):
    tries = list(ways(story.versions, story.wrappers or WRAPPERS, long))
    return story, [p for p in (problem(story, *way) for way in tries) if p]


def main():
    from composed_stories import STORIES
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    stories = [s for s in STORIES if not wanted or s.name in wanted]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for story, problems in pool.map(lambda s: try_story(s, "--long" in sys.argv), stories):
            print(f"FAIL {story.name}: {'; '.join(problems)}" if problems else f"ok {story.name}")


if __name__ == "__main__":
    main()
