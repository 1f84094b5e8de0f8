#!/usr/bin/python3
"""fleet.py -- events of several hosts over the real carriers, on loopback.

Usage: WHY502=<binary> fleet.py [STORY…]

parallel: GNU parallel over ssh to three sshd, each a host of its own (network and UTS namespace shared
with nobody), a fourth is down. rsyslog: imfile, omfwd, imtcp, omprog with confirmations, killed and
started again on the way. syslog-ng: the same with file(), network() and program(). journals: what
systemd-journal-remote took from three hosts. alerts: node-exporter, prometheus and alertmanager, an incident
on three hosts is one message. nats: JetStream, every message delivered twice. mapreduce: 64 parts, shuffled,
repeated. rules: promtool on what is shipped. A story whose daemon is missing is told and passed over.
Prints "ok NAME" or "FAIL NAME: why" for each.
"""
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
SHIPPED = TOP / "src" / "deliver" / "fleet"
INCIDENT = TOP / "fixtures" / "incidents" / "app-down"
WHY502 = os.path.abspath(os.environ.get("WHY502", TOP / ".build" / "why502"))
LOGS = ("access.log", "error.log", "gunicorn.log")


class Missing(Exception):
    """A daemon that is not installed."""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Missing(program)


def run(words, **how):
    return subprocess.run(words, capture_output=True, check=True, timeout=60, **how).stdout


def report_of(events):
    return json.loads(run([WHY502, "-o", "json", "-"], input=events))


def events_of(host):
    return run([WHY502, "-o", "events", "--host", host, *LOGS], cwd=INCIDENT)


def gist(report):
    return sorted((i["cause"]["id"], i["cause"]["confidence"], i["requests_failed"], i["start"],
                   i["evidence"][0]["host"]) for i in report["incidents"])


def wait_for(true, seconds=20, what="what was expected"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"no {what} in {seconds} s")


def stop(*children):
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


# --- GNU parallel over ssh ------------------------------------------------------------------------
NOW = re.compile(rb"^2026/11/21 03:(\d\d):(\d\d)", re.M)


def fresh_log(folder):
    """The recorded nginx log as if it were of the last ten minutes."""
    recorded = (INCIDENT / "error.log").read_bytes()
    start = time.time() - 600

    def moved(found):
        at = start + (int(found[1]) - 52) * 60 + int(found[2])
        return time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(at)).encode()
    folder.mkdir(parents=True)
    (folder / "error.log").write_bytes(NOW.sub(moved, recorded))


SSHD = """ListenAddress 127.0.0.{n}
Port 22
HostKey {top}/key
AuthorizedKeysFile {top}/key.pub
PidFile {top}/{name}.pid
StrictModes no
UsePAM no
PermitRootLogin yes
SetEnv PATH={path}:/usr/bin:/bin
"""


def start_sshd(top, name, number):
    fresh_log(top / name)
    config = top / f"{name}.conf"
    config.write_text(SSHD.format(top=top, name=name, n=number, path=os.path.dirname(WHY502)))
    script = (f"hostname {name}; mkdir -p /var/log/nginx; mount --bind {top}/{name} /var/log/nginx; "
              f"exec {shutil.which('sshd')} -D -e -f {config}")
    return subprocess.Popen(["unshare", "--uts", "--mount", "sh", "-c", script],
                            stderr=(top / f"{name}.err").open("w"))


def parallel(top):
    need("parallel", "sshd", "ssh", "ssh-keygen", "unshare")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(top / "key")])
    names = {"web1": 11, "web2": 12, "web3": 13, "web4": 14}
    (top / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.{n} {h}\n" for h, n in names.items()))
    run(["mount", "--bind", str(top / "hosts"), "/etc/hosts"])
    (top / "ssh").write_text(f"Host *\n  IdentityFile {top}/key\n  StrictHostKeyChecking no\n"
                             f"  UserKnownHostsFile {top}/known\n  LogLevel ERROR\n")
    os.makedirs("/run/sshd", exist_ok=True)
    daemons = [start_sshd(top, name, names[name]) for name in ("web1", "web2", "web3")]
    try:
        for name in ("web1", "web2", "web3"):
            wait_for(lambda n=name: not socket.socket().connect_ex((f"127.0.0.{names[n]}", 22)), what=name)
        answer = run(["sh", "-c", "parallel --nonall -S web1,web2,web3,web4 why502 -o events --since -1h "
                      f"/var/log/nginx/error.log 2>&1 | {WHY502} -o json -"],
                     env={**os.environ, "PARALLEL_SSH": f"ssh -F {top}/ssh", "HOME": str(top)})
    finally:
        stop(*daemons)
    report = json.loads(answer)
    hosts = sorted(i["evidence"][0]["host"] for i in report["incidents"])
    assert hosts == ["web1", "web2", "web3"], f"incidents on {hosts}: {answer[:400]!r}"
    assert any("web4" in spot for spot in report["blind_spots"]), f"web4 is not named: {report['blind_spots']}"


# --- rsyslog ---------------------------------------------------------------------------------------
def rsyslog_config(top, name, text):
    path = top / f"{name}.conf"
    path.write_text(f'global(workDirectory="{top}/{name}.work" maxMessageSize="64k")\n' + text)
    (top / f"{name}.work").mkdir(exist_ok=True)
    run(["rsyslogd", "-N1", "-f", str(path)])
    return path


def start_rsyslog(top, name):
    return subprocess.Popen(["rsyslogd", "-n", "-f", str(top / f"{name}.conf"), "-i", str(top / f"{name}.pid")],
                            stderr=(top / f"{name}.err").open("a"))


def count_lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def rsyslog(top):
    need("rsyslogd")
    spool, fleet = top / "events.ndjson", top / "fleet.ndjson"
    at_host = (SHIPPED / "rsyslog-host.conf").read_text().replace("/var/spool/why502/events.ndjson", str(spool))
    at_host = at_host.replace('target="central"', 'target="127.0.0.1"')
    central = (SHIPPED / "rsyslog-central.conf").read_text().replace("/var/spool/why502/fleet.ndjson", str(fleet))
    central = central.replace("/usr/local/share/why502/fleet/", f"{SHIPPED}/")
    rsyslog_config(top, "host", at_host)
    rsyslog_config(top, "central", central)
    events = events_of("web1").splitlines(keepends=True)
    third = len(events) // 3
    host, middle = start_rsyslog(top, "host"), start_rsyslog(top, "central")
    try:
        with spool.open("ab") as file:
            file.writelines(events[:third])
        wait_for(lambda: count_lines(fleet) >= third, what="first third")
        keeper = run(["pgrep", "-P", str(middle.pid), "-f", "why502-keep"]).split()
        os.kill(int(keeper[0]), signal.SIGKILL)
        with spool.open("ab") as file:
            file.writelines(events[third:2 * third])
        wait_for(lambda: count_lines(fleet) >= 2 * third, what="second third after the reader died")
        stop(middle)
        with spool.open("ab") as file:
            file.writelines(events[2 * third:])
        time.sleep(1)
        middle = start_rsyslog(top, "central")
        wait_for(lambda: set(events) <= set(fleet.read_bytes().splitlines(keepends=True)), 40,
                 "last third after rsyslog was started again")
    finally:
        stop(host, middle)
    assert gist(report_of(fleet.read_bytes())) == gist(report_of(b"".join(events))), "another report"


# --- syslog-ng ---------------------------------------------------------------------------------------
def unpack_syslog_ng():
    """It and rsyslog exclude each other in Debian: its package is unpacked, not installed, before there is no
    network any more."""
    top = pathlib.Path(os.environ.get("W5_BUILD", TOP / ".build")) / "rig" / "syslog-ng"
    if shutil.which("syslog-ng"):
        return "/usr"
    if not (top / "root").exists() and shutil.which("apt-get"):
        top.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", "syslog-ng-core"], cwd=top, check=False, timeout=120,
                       stderr=subprocess.DEVNULL)
        for package in top.glob("*.deb"):
            run(["dpkg-deb", "-x", str(package), str(top / "root")])
    return str(top / "root" / "usr")


class SyslogNg:
    def __init__(self, top):
        self.top, self.usr = top, pathlib.Path(os.environ.get("SYSLOG_NG", "/usr"))
        if not (self.usr / "sbin" / "syslog-ng").exists():
            raise Missing("syslog-ng")
        library = next(self.usr.glob("lib/**/libsyslog-ng-*.so.0")).parent
        self.modules = next(self.usr.glob("lib/**/libafsocket.so")).parent
        self.env = {**os.environ, "LD_LIBRARY_PATH": str(library)}

    def start(self, name, text):
        folder = self.top / name
        folder.mkdir(exist_ok=True)
        # Only the file beside persist-file remembers what was read and what waits.
        (folder / "conf").write_text("@version: 3.38\n" + text.replace("disk-buffer(", f'disk-buffer(dir("{folder}") '))
        return subprocess.Popen(
            [str(self.usr / "sbin" / "syslog-ng"), "-F", "--no-caps", "-f", str(folder / "conf"),
             "--module-path", str(self.modules), "-R", str(folder / "persist"), "-p", str(folder / "pid"),
             "-c", str(folder / "ctl")], env=self.env, stderr=(folder / "err").open("a"), cwd=folder)


def syslog_ng(top):
    daemon = SyslogNg(top)
    spool, fleet = top / "events.ndjson", top / "fleet.ndjson"
    at_host = (SHIPPED / "syslog-ng-host.conf").read_text().replace("/var/spool/why502/events.ndjson", str(spool))
    at_host = at_host.replace('"central"', '"127.0.0.1"').replace("disk-buffer(", "time-reopen(1) disk-buffer(")
    central = (SHIPPED / "syslog-ng-central.conf").read_text().replace("/var/spool/why502/fleet.ndjson", str(fleet))
    central = central.replace("/usr/local/share/why502/fleet/", f"{SHIPPED}/")
    events = events_of("web1").splitlines(keepends=True)
    third = len(events) // 3
    spool.write_bytes(b"")
    middle = daemon.start("central", central)
    wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", 10514)), what="syslog-ng")
    host = daemon.start("host", at_host)
    try:
        with spool.open("ab") as file:
            file.writelines(events[:third])
        wait_for(lambda: count_lines(fleet) >= third, what="first third")
        os.kill(int(run(["pgrep", "-P", str(middle.pid), "-f", "why502-keep"]).split()[0]), signal.SIGTERM)
        time.sleep(2)
        with spool.open("ab") as file:
            file.writelines(events[third:2 * third])
        wait_for(lambda: count_lines(fleet) >= 2 * third, what="second third after the reader ended")
        stop(middle)
        with spool.open("ab") as file:
            file.writelines(events[2 * third:])
        time.sleep(2)
        middle = daemon.start("central", central)
        wait_for(lambda: set(events) <= set(fleet.read_bytes().splitlines(keepends=True)), 60,
                 "last third after syslog-ng was started again")
    finally:
        stop(host, middle)
    assert gist(report_of(fleet.read_bytes())) == gist(report_of(b"".join(events))), "another report"


# --- systemd-journal-remote ---------------------------------------------------------------------------
JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"
LINE = re.compile(r"(\w+ +\d+ [\d:]+) (\S+) ([^\[:]+)(?:\[(\d+)\])?: (.*)")


def export_of(host):
    """A recorded journal as journalctl -o export writes it (systemd.io/JOURNAL_EXPORT_FORMATS)."""
    boot, text = f"{int(host[-1]):032x}", []
    recorded = (INCIDENT.parent / "app-down-journal" / "journal.log").read_text()
    for number, line in enumerate(recorded.splitlines(), 1):
        found = LINE.fullmatch(line)
        if not found:
            continue
        at = int(time.mktime(time.strptime(f"2026 {found[1]}", "%Y %b %d %H:%M:%S")) * 1e6) + number
        unit = "init.scope" if found[3] == "systemd" else f"{found[3]}.service"
        text.append(f"__CURSOR=s={boot};i={number}\n__REALTIME_TIMESTAMP={at}\n__MONOTONIC_TIMESTAMP={number}\n"
                    f"_BOOT_ID={boot}\n_HOSTNAME={host}\nSYSLOG_IDENTIFIER={found[3]}\n_PID={found[4] or 1}\n"
                    f"_SYSTEMD_UNIT={unit}\n_TRANSPORT=stdout\nPRIORITY=6\nMESSAGE={found[5]}\n\n")
    return "".join(text).encode()


def journals(top):
    if not os.path.exists(JOURNAL_REMOTE):
        raise Missing("systemd-journal-remote")
    folder = top / "remote"
    folder.mkdir()
    hosts = ("web1", "web2", "web3")
    daemon = None
    for host in hosts:  # each comes over a connection of its own; the daemon is started anew between them
        daemon = subprocess.Popen([JOURNAL_REMOTE, "--listen-raw=127.0.0.1:19532", "--split-mode=none",
                                   f"--output={folder}/remote-{host}.journal"], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", 19532)), what="systemd-journal-remote")
            with socket.create_connection(("127.0.0.1", 19532)) as link:
                link.sendall(export_of(host))
            time.sleep(1)
        finally:
            stop(daemon)
    report = json.loads(run([WHY502, "-o", "json", "--since", "2026-11-01", str(folder)]))
    seen = sorted({host for i in report["incidents"] for host in i["hosts"]})
    assert seen == list(hosts), f"incidents on {seen}: {report['verdict']} {report['sources']}"


# --- NATS JetStream ---------------------------------------------------------------------------------
class Nats:
    """As much of its protocol as carries lines."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.file = self.socket.makefile("rb")
        self.file.readline()
        self.send(b'CONNECT {"verbose":false,"headers":true}\r\nSUB inbox.* 1\r\n')

    def send(self, data):
        self.socket.sendall(data)

    def publish(self, subject, payload, reply=""):
        self.send(f"PUB {subject} {reply} {len(payload)}\r\n".encode() + payload + b"\r\n")

    def message(self):
        """(reply subject, payload) of the next message."""
        while True:
            words = self.file.readline().split()
            if not words:
                raise AssertionError("nats-server hung up")
            if words[0] == b"PING":
                self.send(b"PONG\r\n")
            elif words[0] == b"-ERR":
                raise AssertionError(words)
            elif words[0] in (b"MSG", b"HMSG"):
                body = self.file.read(int(words[-1]) + 2)[:-2]
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                reply = words[3] if len(words) > (5 if head else 4) else b""
                return reply, body[head:]

    def ask(self, subject, value):
        self.publish(subject, json.dumps(value).encode() if value is not None else b"", "inbox.api")
        answer = json.loads(self.message()[1])
        assert "error" not in answer, answer
        return answer


def nats(top):
    need("nats-server")
    port = 14222
    server = subprocess.Popen(["nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(top / "js")],
                              stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), what="nats-server")
        bus = Nats(port)
        bus.ask("$JS.API.STREAM.CREATE.WHY502", {"name": "WHY502", "subjects": ["why502.events"], "storage": "file"})
        bus.ask("$JS.API.CONSUMER.DURABLE.CREATE.WHY502.fleet",
                {"stream_name": "WHY502", "config": {"durable_name": "fleet", "ack_policy": "explicit",
                                                     "ack_wait": 1_000_000_000, "max_ack_pending": -1}})
        events = b"".join(events_of(name) for name in ("web1", "web2")).splitlines(keepends=True)
        for line in events:
            bus.publish("why502.events", line, "inbox.ack")
            bus.message()
        got = []
        for acknowledge in (False, True):  # nobody answers at first: all of it is delivered again
            bus.publish("$JS.API.CONSUMER.MSG.NEXT.WHY502.fleet", str(len(events)).encode(), "inbox.next")
            for _ in events:
                reply, line = bus.message()
                got.append(line)
                if acknowledge:
                    bus.publish(reply.decode(), b"+ACK")
            time.sleep(0 if acknowledge else 1.5)
    finally:
        stop(server)
    assert len(got) == 2 * len(events), f"{len(got)} of {2 * len(events)} deliveries"
    assert gist(report_of(b"".join(got))) == gist(report_of(b"".join(events))), "another report"


# --- map and reduce ---------------------------------------------------------------------------------
def mapreduce(top):
    sys.path.insert(0, str(TOP / "tests" / "e2e"))
    os.environ["WHY502"], os.environ["FIXTURES"] = WHY502, str(TOP / "fixtures")
    import fleet as property_test  # pylint: disable=import-outside-toplevel
    dice = random.Random(64)
    story = property_test.Story("incidents", "worker-starvation")
    parts = story.events(lambda content: property_test.by_byte(content, 64, dice))
    wrong = story.compare(property_test.shuffled(parts, dice, 1.0), True)
    assert not wrong, wrong
    (top / "done").touch()


# --- Prometheus --------------------------------------------------------------------------------------
def rules(top):
    need("promtool")
    shutil.copy(SHIPPED / "prometheus-rules.yml", top)
    shutil.copy(HERE / "prometheus-rules-test.yml", top)
    run(["promtool", "check", "rules", str(top / "prometheus-rules.yml")])
    run(["promtool", "test", "rules", str(top / "prometheus-rules-test.yml")])
    metrics = run([WHY502, "-o", "metrics", *LOGS], cwd=INCIDENT)
    checked = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, check=False)
    assert checked.returncode in (0, 3), checked.stderr  # 3: style; OpenMetrics names families otherwise


class Inbox(http.server.BaseHTTPRequestHandler):
    got = []

    def do_POST(self):  # pylint: disable=invalid-name
        Inbox.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [prometheus-rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:19093']}}]}}]}}
scrape_configs: [{{job_name: node, static_configs: [{{targets: [{targets}]}}]}}]
"""


def alerts(top):
    need("prometheus", "prometheus-alertmanager", "prometheus-node-exporter")
    shutil.copy(SHIPPED / "prometheus-rules.yml", top)
    told = (SHIPPED / "alertmanager.yml").read_text().replace("10s", "3s").replace(":9095/", ":19095/")
    (top / "alertmanager.yml").write_text(told)
    ports = [19101, 19102, 19103]
    (top / "prometheus.yml").write_text(PROMETHEUS.format(targets=", ".join(f"'127.0.0.1:{p}'" for p in ports)))
    inbox = http.server.HTTPServer(("127.0.0.1", 19095), Inbox)
    threading.Thread(target=inbox.serve_forever, daemon=True).start()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": (top / "err").open("a"), "cwd": top}
    daemons = []
    try:
        for number, port in enumerate(ports, 1):
            folder = top / f"web{number}"
            folder.mkdir()
            run([WHY502, "--cron", "--state", str(folder / "state.db"), "-o", "metrics", "--host", f"web{number}",
                 "-O", str(folder / "why502.prom"), *LOGS], cwd=INCIDENT,
                env={**os.environ, "SOURCE_DATE_EPOCH": "1795200760"})  # while it goes on
            daemons.append(subprocess.Popen(
                ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                 f"--collector.textfile.directory={folder}", f"--web.listen-address=127.0.0.1:{port}"], **quiet))
        daemons.append(subprocess.Popen(
            ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=am",
             "--web.listen-address=127.0.0.1:19093", "--cluster.listen-address="], **quiet))
        daemons.append(subprocess.Popen(
            ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=db",
             "--web.listen-address=127.0.0.1:19090"], **quiet))
        about = lambda m: m["groupLabels"].get("cause") == "app-down"
        wait_for(lambda: any(map(about, Inbox.got)), 60, "message about app-down")
        time.sleep(8)
    finally:
        stop(*daemons)
        inbox.shutdown()
    told = [a for m in Inbox.got if about(m) for a in m["alerts"] if a["status"] == "firing"]
    names = sorted({a["labels"]["alertname"] for a in told})
    assert names == ["Why502FleetWide"], f"alerts {names}"
    assert len([m for m in Inbox.got if about(m)]) == 1, f"{len(Inbox.got)} messages"
    assert "app-down on 3 hosts at once" in told[0]["annotations"]["summary"], told[0]["annotations"]


STORIES = {"parallel": parallel, "syslog-ng": syslog_ng, "journals": journals, "alerts": alerts,
           "rsyslog": rsyslog, "nats": nats, "mapreduce": mapreduce, "rules": rules}


def tell(name):
    with tempfile.TemporaryDirectory() as top:
        try:
            STORIES[name](pathlib.Path(top))
            print(f"ok fleet {name}")
            return True
        except Missing as lacking:
            print(f"ok fleet {name} (passed over: no {lacking})")
            return True
        except (AssertionError, OSError, ValueError, IndexError, subprocess.SubprocessError) as fault:
            said = getattr(fault, "stderr", b"") or b""
            print(f"FAIL fleet {name}: {fault} {said.decode(errors='replace')[-300:]}")
            return False


def main():
    chosen = [w for w in sys.argv[1:] if w in STORIES] or list(STORIES)
    if "--inside" not in sys.argv:
        if "syslog-ng" in chosen:
            os.environ["SYSLOG_NG"] = unpack_syslog_ng()
        inside = ["unshare", "--net", "--mount", "--uts", "--"]
        if subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            script = 'ip link set lo up; exec "$@"'
            return subprocess.run([*inside, "sh", "-c", script, "sh", sys.executable, __file__, "--inside", *chosen],
                                  timeout=600, check=False).returncode
        chosen = [name for name in chosen if name != "parallel"]
        print("ok fleet parallel (passed over: no namespaces here)")
    return 0 if all([tell(name) for name in chosen]) else 1


if __name__ == "__main__":
    sys.exit(main())
