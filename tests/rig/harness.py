"""Real servers on loopback, real failures, their logs.

A story is a function that gets a Rig, starts servers, drives traffic and
provokes one failure:

    from harness import story

    @story(cause="gunicorn-worker-timeout", pattern="premature-close",
           first_remedy="gunicorn-timeout", never_first=("nginx-buffers",))
    def gunicorn_worker_timeout(rig):
        '''What was provoked and how: this text becomes STORY.md.'''
        rig.pages(SLOW_EXPORT)                    # views beside the shop's own
        rig.nginx("http://127.0.0.1:8000")        # listens on 127.0.0.1:8080
        app = rig.gunicorn("--workers", "3", "--timeout", "3")
        with rig.traffic() as traffic:            # clients in threads
            traffic.every(0.4, "GET", "/items")   # healthy requests all along
            rig.sleep(2)
            traffic.send("GET", "/report/export") # returns at once
            traffic.settle()                      # until each send() is answered
            rig.sleep(2)
        return {"classes": {"premature-close": 1}}   # only what is certain

The function's name with dashes is the fixture's folder below
fixtures/incidents (fixtures/healthy where cause is None). What it returns is
added to truth.json; counts of failed requests come from the clients.

Other servers: rig.daemon(name, argv, ready=…, log=…) starts anything and stops
it, its stderr becomes that log; rig.log("mysql-error.log") names a log file, and
every file in the log folder is recorded and given to the program unless
rig.leave_out(name) was called; rig.conf(name, text) writes a configuration.
Lines that were not really written by a daemon go through rig.compose().

run.py tells each story in a process with network and mount namespaces of its
own, so the ports and /srv/shop are free there; without them the scratch folder
is below /tmp. Raise Skipped where a machine lacks what a story needs.
"""
import contextlib
import dataclasses
import datetime
import fcntl
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
HOST = "web-1"
KERNEL = "6.1.0-18-amd64"
BOOT = "7d3a1f0c5b6e4e1f9a2b3c4d5e6f708%x"
PORT = 8080
OWN_NAMESPACES = os.environ.get("W5_RIG_NAMESPACES") == "1"
ROOT = pathlib.Path("/srv/shop" if OWN_NAMESPACES else "/tmp/w5rig/shop")
CGROUP = pathlib.Path("/sys/fs/cgroup")

TIMED = ("'$remote_addr - $remote_user [$time_local] \"$request\" '\n"
         "                     '$status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" '\n"
         "                     'rt=$request_time ua=\"$upstream_addr\" us=\"$upstream_status\" '\n"
         "                     'ut=\"$upstream_response_time\" uct=\"$upstream_connect_time\" '\n"
         "                     'uht=\"$upstream_header_time\"'")

NGINX_CONF = """\
user www-data;
worker_processes 1;
pid {root}/run/nginx.pid;
error_log {root}/log/error.log;
{main}
events {{
    worker_connections {connections};
}}

http {{
    log_format timed {timed};
    access_log {root}/log/access.log {log_format};

    client_body_temp_path {root}/tmp/body;
    proxy_temp_path {root}/tmp/proxy;
    fastcgi_temp_path {root}/tmp/fastcgi;
    uwsgi_temp_path {root}/tmp/uwsgi;
    scgi_temp_path {root}/tmp/scgi;
{http}
    server {{
        listen {listen};
        server_name shop.example.com;
        root {root}/public;

        location /static/ {{
        }}
        location = /favicon.ico {{
        }}
{server}        location / {{
{location}        }}
    }}
}}
"""

SERVICE = """\
[Unit]
Description=gunicorn daemon
After=network.target

[Service]
User={user}
Group={user}
WorkingDirectory={root}/app
ExecStart={command}
{service}
[Install]
WantedBy=multi-user.target
"""


@dataclasses.dataclass
class Story:
    """A story and the verdict that is right for it; `near` are causes that look alike and
    must not be named."""
    tell: object
    cause: object
    first_remedy: object = None
    never_first: tuple = ()
    pattern: object = None
    also: tuple = ()
    near: tuple = ()
    upstream: object = "127.0.0.1:8000"
    incidents: int = 1
    short: bool = False
    behind_balancer: bool = False  # what clients saw is another's answer

    @property
    def name(self):
        return self.tell.__name__.replace("_", "-")

    @property
    def healthy(self):
        return self.incidents == 0


STORIES = {}


def story(cause, **verdict):
    """Register the decorated function as a story with this verdict."""
    def register(tell):
        told = Story(tell, cause, **verdict)
        STORIES[told.name] = told
        return tell
    return register


def wait_until(ready, what, seconds=10):
    """Poll until ready() is true: no server tells when it listens."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come up in {seconds} s")
        time.sleep(0.05)


def needs(*programs):
    """Skip the story where a server is not installed."""
    for program in programs:
        if not os.path.exists(program):
            raise Skipped(f"no {os.path.basename(program)}")


def own_namespaces():
    """Some stories change what the whole machine shares; only in namespaces of our own."""
    if not OWN_NAMESPACES:
        raise Skipped("needs network and mount namespaces of its own")


def listens(address):
    """Does anybody accept at 'host:port' or at a unix socket's path?"""
    path = address.startswith("/")
    host, _, port = address.rpartition(":")
    peer = socket.socket(socket.AF_UNIX if path else
                         socket.AF_INET6 if ":" in host else socket.AF_INET)
    with peer:
        peer.settimeout(1)
        return peer.connect_ex(address if path else (host.strip("[]"), int(port))) == 0


def children(pid):
    """The pids of a process's children, oldest first."""
    tasks = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()]


class Skipped(Exception):
    """This machine can't tell this story; the text says what is missing."""


class Daemon:
    """A server started by hand; its stderr is kept line by line with the time it came."""

    def __init__(self, rig, name, argv, *, env=None, user=None, cwd=None, limits=None,
                 log=None, close_fds=True):
        self.name = name
        self.log = log
        self.lines = []
        self.process = subprocess.Popen(
            argv, cwd=cwd or rig.root, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                                            "PYTHONUNBUFFERED": "1", **(env or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            user=user, group=user, extra_groups=[] if user else None,
            preexec_fn=limits, close_fds=close_fds, start_new_session=True, text=True,
            errors="replace")
        self.pid = self.process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append((time.time(), line.rstrip("\n")))

    def said(self, pattern):
        """Has a line matching this regular expression come?"""
        return any(re.search(pattern, line) for _, line in list(self.lines))

    def wait_said(self, pattern, seconds=10):
        wait_until(lambda: self.said(pattern), f"{self.name}: “{pattern}”", seconds)

    def workers(self):
        return children(self.pid)

    def alive(self):
        return self.process.poll() is None

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    def wait(self, seconds=15):
        """Wait for its end; answers the exit status."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def stop(self, number=signal.SIGTERM, seconds=8):
        """Stop it and whatever is left of the session it was given."""
        if self.alive():
            self.kill(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()


@dataclasses.dataclass
class Answer:
    """What one client saw: a status, or 'cut', 'abort', 'refused', 'garbage'."""
    method: str
    path: str
    status: object
    seconds: float

    @property
    def failed(self):
        return self.status in ("cut", "garbage") or \
            isinstance(self.status, int) and self.status >= 500


class Traffic:
    """Clients in threads that count what they saw."""

    def __init__(self, port=PORT, server="127.0.0.1"):
        self.address = (server, port)
        self.answers = []
        self._stop = threading.Event()
        self._steady = []
        self._sent = []
        self._count = 0

    def every(self, pause, method, path, *, abort_after=None):
        """One client that asks again and again until the traffic ends."""
        source = self._next_source()

        def ask():
            while not self._stop.is_set():
                self._request(method, path, source, abort_after)
                self._stop.wait(pause)
        self._steady.append(self._start(ask))

    def send(self, method, path, times=1, *, pause=0.0, abort_after=None, read_late=0.0):
        """Some requests of different clients, `pause` apart; doesn't wait for answers.

        `read_late`: seconds until the client begins to read the body."""
        for number in range(times):
            if number:
                time.sleep(pause)
            source = self._next_source()
            self._sent.append(self._start(
                lambda source=source: self._request(method, path, source, abort_after, read_late)))

    def hold(self):
        """A client that keeps its connection; answers a function like send()."""
        client = self._client(self._next_source())
        return lambda method, path: self._sent.append(
            self._start(lambda: self._ask(client, method, path)))

    def settle(self, seconds=60):
        """Wait until every request of send() is answered."""
        deadline = time.monotonic() + seconds
        for thread in self._sent:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._sent):
            raise TimeoutError("a request was never answered")
        self._sent.clear()

    def end(self):
        self.settle()
        self._stop.set()
        for thread in self._steady:
            thread.join(30)

    def failed(self):
        return [answer for answer in self.answers if answer.failed]

    def count(self, status, path=""):
        """How many answers with this status did paths beginning so get?"""
        return sum(answer.status == status and answer.path.startswith(path)
                   for answer in self.answers)

    @staticmethod
    def _start(target):
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        return thread

    def _next_source(self):
        """Clients have addresses of their own where the loopback is ours."""
        self._count += 1
        return (f"203.0.113.{10 + self._count % 40}", 0) if OWN_NAMESPACES else None

    def _client(self, source=None, abort_after=None):
        return http.client.HTTPConnection(*self.address, timeout=abort_after or 45,
                                          source_address=source)

    def _request(self, method, path, source, abort_after, read_late=0.0):
        client = self._client(source, abort_after)
        try:
            self._ask(client, method, path, read_late)
        finally:
            client.close()

    def _ask(self, client, method, path, read_late=0.0):
        begun = time.monotonic()
        status = self._status(client, method, path, read_late)
        self.answers.append(Answer(method, path, status, time.monotonic() - begun))

    @staticmethod
    def _status(client, method, path, read_late):
        body = b"quantity=1" if method == "POST" else None
        try:
            client.request(method, path, body, {"Host": "shop.example.com",
                                                "User-Agent": "Mozilla/5.0"})
            response = client.getresponse()
            time.sleep(read_late)
            response.read()
            return response.status
        except http.client.IncompleteRead:
            return "cut"
        except TimeoutError:
            return "abort"
        except OSError:
            return "refused"
        except http.client.BadStatusLine:
            return "garbage"


class Rig:
    """One story's scratch folder, servers and clients."""

    def __init__(self, root=ROOT):
        self.root = root
        self.daemons = []
        self.clients = []
        self.undo = contextlib.ExitStack()
        self.composed = set()
        self.left_out = set()
        self.remarks = []
        self.zone = "UTC"
        self.from_source = None
        self._journal = []
        self._begun = time.time()
        shutil.rmtree(root, ignore_errors=True)
        for name in ("app", "conf", "log", "public/static", "run", "tmp"):
            (root / name).mkdir(parents=True)
        for name in ("app", "run", "tmp"):
            shutil.chown(root / name, "www-data", "www-data")
        (root / "public" / "static" / "logo.svg").write_text("<svg/>\n")
        self.pages("VIEWS = {}\n")

    # What a story calls

    sleep = staticmethod(time.sleep)

    def log(self, name):
        """The path of a log file that will be recorded."""
        return self.root / "log" / name

    def leave_out(self, *names):
        """Record neither these logs nor give them to the program."""
        self.left_out.update(names)

    def remark(self, text):
        """A sentence for STORY.md that only the run can know."""
        self.remarks.append(text)

    def conf(self, name, text):
        """Write a configuration file, which is recorded too; answers its path."""
        path = self.root / "conf" / name
        path.write_text(text)
        return path

    def pages(self, source):
        """The views a story adds to the shop: Python text that defines VIEWS."""
        shutil.copy(HERE / "shop.py", self.root / "app" / "shop.py")
        (self.root / "app" / "pages.py").write_text(source)

    def daemon(self, name, argv, *, ready=None, seconds=15, **how):
        """Start any server; `ready` is an address to wait for, or a function."""
        started = Daemon(self, name, [str(word) for word in argv], **how)
        self.daemons.append(started)
        if ready:
            wait_until(ready if callable(ready) else lambda: listens(ready), name, seconds)
        return started

    def nginx(self, upstream, *, location="", server="", http="", main="", listen="8080",
              log_format="timed", level="", connections=512, zone="UTC", env=None, limits=None):
        """nginx on port 8080 in front of `upstream` (the text behind proxy_pass)."""
        self.zone = zone
        passing = f"proxy_pass {upstream};\n" if upstream else ""
        # in the http block only: at start nginx would name this machine's kernel at that level
        http += f"error_log {self.log('error.log')} {level};\n" if level else ""
        settings = {"root": self.root, "timed": TIMED,
                    "connections": connections, "log_format": log_format, "listen": listen,
                    "main": main, "http": indent(http, 4), "server": indent(server, 8),
                    "location": indent(passing + "proxy_set_header Host $host;\n" * bool(passing)
                                       + location, 12)}
        conf = self.conf("nginx.conf", re.sub(r"\n{3,}", "\n\n", NGINX_CONF.format(**settings)))
        return self.daemon("nginx", ["/usr/sbin/nginx", "-e", self.log("error.log"), "-c", conf,
                                     "-g", "daemon off;"],
                           ready=f"127.0.0.1:{PORT}", limits=limits,
                           env={"TZ": zone, **(env or {})})

    def gunicorn(self, *options, bind="127.0.0.1:8000", service="", module="shop:application",
                 ready=True, zone="UTC", name="gunicorn", user="www-data",
                 program=("/usr/bin/gunicorn",), **how):
        """gunicorn with the shop; its stderr becomes NAME.log or goes into the journal."""
        command = [*program, "--bind", bind, *options, module]
        self.conf(f"{name}.service", SERVICE.format(root=self.root, command=" ".join(command),
                                                    service=service, user=user))
        address = bind.removeprefix("unix:")
        self.unit("Started gunicorn.service - gunicorn daemon.")
        return self.daemon(name, command, ready=address if ready else None, user=user,
                           cwd=self.root / "app", env={"TZ": zone, **how.pop("env", {})},
                           log=f"{name}.log", **how)

    def newer_gunicorn(self, *options, **how):
        """A gunicorn that Debian does not have yet, from the folder $W5_RIG_GUNICORN
        (which holds the packages gunicorn and packaging)."""
        site = os.environ.get("W5_RIG_GUNICORN")
        if not site:
            raise Skipped("needs a newer gunicorn, $W5_RIG_GUNICORN")
        shutil.copytree(site, self.root / "venv", dirs_exist_ok=True)
        shutil.rmtree(self.root / "venv" / "bin", ignore_errors=True)
        started = self.gunicorn(*options, program=("/usr/bin/python3", "-m", "gunicorn"),
                                env={"PYTHONPATH": str(self.root / "venv")}, **how)
        version = re.search(r"Starting gunicorn (\S+)", started.lines[0][1])[1]
        self.from_source = f"gunicorn {version} (its git tag)"
        return started

    def stop_unit(self, daemon):
        """Stop a daemon as `systemctl stop` does."""
        self.unit("Stopping gunicorn.service - gunicorn daemon...")
        daemon.kill(signal.SIGTERM)
        daemon.wait()
        self.unit("gunicorn.service: Deactivated successfully.")
        self.unit("Stopped gunicorn.service - gunicorn daemon.")

    def traffic(self, **where):
        """Clients for a with block; the block's end stops them."""
        clients = Traffic(**where)
        self.clients.append(clients)

        @contextlib.contextmanager
        def running():
            try:
                yield clients
            finally:
                clients.end()
        return running()

    def noise(self, traffic):
        """What every site has: quick pages, a missing icon, a page nobody wrote."""
        traffic.every(0.5, "GET", "/items")
        traffic.every(0.9, "GET", "/cart")
        traffic.every(3.7, "GET", "/favicon.ico")
        traffic.every(2.3, "GET", "/static/logo.svg")
        traffic.every(3.1, "GET", "/wp-login.php")

    def amid_traffic(self, method, path, *, before=2, after=2, **how):
        """Everyday traffic for some seconds; in its midst the requests that the story is about."""
        with self.traffic() as traffic:
            self.noise(traffic)
            self.sleep(before)
            traffic.send(method, path, **how)
            traffic.settle()
            self.sleep(after)

    def unit(self, text, at=None):
        """A line systemd would have written at this moment (composed, facts §6)."""
        self._journal.append((at or time.time(), "systemd", 1, text))

    def compose(self, name, text):
        """Write log lines no daemon wrote, and say so in STORY.md."""
        self.log(name).write_text(text)
        self.composed.add(name)

    def supervise(self, start, ending, *, tries, pause, service="gunicorn.service"):
        """Restart a daemon that dies, as systemd does with Restart=on-failure."""
        for number in range(1, tries + 1):
            start().wait()
            self.unit(f"{service}: Main process exited, {ending}")
            self.unit(f"{service}: Failed with result 'exit-code'.")
            if number < tries:
                time.sleep(pause)
                self.unit(f"{service}: Scheduled restart job, "
                          f"restart counter is at {number}.")
                self.unit(f"Stopped {service}.")

    def memory_limit(self, daemon, mebibytes):
        """Put a daemon into a memory cgroup of its own."""
        group = CGROUP / "memory" / "shop.slice" / "gunicorn.service"
        limit, procs = group / "memory.limit_in_bytes", group / "cgroup.procs"
        if not (CGROUP / "memory").is_dir():
            group = CGROUP / "shop.slice" / "gunicorn.service"
            limit, procs = group / "memory.max", group / "cgroup.procs"
        try:
            group.mkdir(parents=True, exist_ok=True)
            self._alone_in(group)
            limit.write_text(str(mebibytes << 20))
            for pid in (daemon.pid, *daemon.workers()):
                procs.write_text(str(pid))
            return group
        except OSError as error:
            raise Skipped(f"needs a writable memory cgroup ({error.strerror})") from error

    def names(self, addresses):
        """Let names stand for addresses, as another line of /etc/hosts does."""
        own_namespaces()
        hosts = pathlib.Path("/etc/hosts")
        self.undo.callback(hosts.write_text, hosts.read_text())
        hosts.write_text("127.0.0.1 localhost\n::1 localhost\n"
                         + "".join(f"{address} {name}\n" for name, address in addresses.items()))

    def local_ports(self, first, last):
        """The ports that connections may come from."""
        own_namespaces()
        ports = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
        self.undo.callback(ports.write_text, ports.read_text())
        ports.write_text(f"{first} {last}")

    def small_disk(self, folder, kibibytes):
        """Put a file system of this size on a folder."""
        own_namespaces()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=1777", "tmpfs",
                        folder], check=True)
        self.undo.callback(subprocess.run, ["umount", folder], check=True)

    def _alone_in(self, group):
        """Stories told at the same time share the cgroup: one after the other."""
        folder = os.open(group, os.O_RDONLY)
        self.undo.callback(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self._begun = time.time()

    def kernel_lines(self, pattern):
        """What the kernel said since the story began, as (time, text)."""
        try:
            ring = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise Skipped(f"needs the kernel's messages ({error.strerror})") from error
        booted = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                head, _, text = os.read(ring, 8192).decode(errors="replace").partition(";")
                found.append((booted + int(head.split(",")[2]) / 1e6, text.split("\n")[0]))
        os.close(ring)
        own = {pid for daemon in self.daemons for _, line in daemon.lines
               for pid in re.findall(r"pid: (\d+)", line)}
        return [(at, text) for at, text in found
                if at >= self._begun and re.search(pattern, text)
                and own.issuperset(re.findall(r"^\w+\[(\d+)\]", text))]

    # Turning lines into log files

    def write_kernel_log(self, lines):
        """Kernel lines as journalctl -k -o short-iso prints them."""
        entries = [(at, "kernel", 0, text) for at, text in lines]
        self.log("kernel.log").write_text(journal(entries, self.root / "tmp", self.zone))

    def write_units(self, name):
        """What systemd said (composed), as journalctl -o short-iso prints it."""
        entries = sorted(self._journal, key=lambda entry: entry[0])
        self.log(name).write_text(journal(entries, self.root / "tmp", self.zone))
        self.composed.add(name)

    def write_journal(self, mode="short-iso", kernel=(), unit="gunicorn.service", boots=()):
        """The application's, the unit's and the kernel's lines as journal.log; the
        application has no log of its own then."""
        program = unit.removesuffix(".service")
        entries = self._journal + [(at, "kernel", 0, text) for at, text in kernel]
        for daemon in self.daemons:
            if daemon.name == program:
                entries += with_writers(daemon)
        self.log("journal.log").write_text(journal(sorted(entries, key=lambda entry: entry[0]),
                                                   self.root / "tmp", self.zone, mode, unit, boots))
        self.leave_out(f"{program}.log")
        self.remark(f"journal.log was printed by `journalctl --file … -o {mode}` from a journal "
                    "that holds the daemon's own lines with the times they came; the lines of "
                    "systemd[1] are composed.")
        self.composed.add("journal.log: lines of systemd[1]")

    def close(self):
        """Stop what was started, newest first."""
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.undo.close()

    def collect_stderr(self):
        """Write the servers' own lines; before close(), whose end is no part of the story."""
        for name in {daemon.log for daemon in self.daemons if daemon.log}:
            lines = sorted((entry for daemon in self.daemons if daemon.log == name
                            for entry in daemon.lines), key=lambda entry: entry[0])
            # uWSGI tells the kernel's name, which is this machine's, not the shop's
            self.log(name).write_text("".join(line.replace(os.uname().release, KERNEL) + "\n"
                                              for _, line in lines))

    def logs(self):
        """The recorded logs, nginx's first."""
        order = ("error.log", "access.log")
        found = [path for path in sorted(self.log("").iterdir())
                 if path.name not in self.left_out and path.stat().st_size]
        return sorted(found, key=lambda path: order.index(path.name)
                      if path.name in order else len(order))

    def configs(self):
        return [path for path in sorted((self.root / "conf").iterdir())
                if path.name not in self.left_out]


def indent(text, columns):
    return "".join(" " * columns + line + "\n" for line in text.splitlines())


def with_writers(daemon):
    """journald names the process that wrote: gunicorn's second bracket says which, and
    the lines of a traceback are the same process's."""
    writer, entries = daemon.pid, []
    for at, line in daemon.lines:
        inner = re.match(r"\[[^]]+\] \[(\d+)\]", line)
        writer = int(inner[1]) if inner else writer
        entries.append((at, daemon.name, writer, line))
    return entries


def journal(entries, folder, zone="UTC", mode="short-iso", unit="gunicorn.service",
            boots=()):
    """Print (time, identifier, pid, text) entries as journalctl does; `boots`: when the machine
    was booted anew."""
    text = []
    for at, identifier, pid, line in entries:
        micros = int(at * 1e6)
        fields = {"__REALTIME_TIMESTAMP": micros, "__MONOTONIC_TIMESTAMP": micros % 10**12,
                  "_BOOT_ID": BOOT % sum(at >= boot for boot in boots),
                  "_HOSTNAME": HOST, "SYSLOG_IDENTIFIER": identifier,
                  "PRIORITY": 6, "MESSAGE": line}
        if pid:
            fields["_PID"] = pid
        fields["_TRANSPORT"] = "kernel" if identifier == "kernel" else "stdout"
        fields["UNIT" if identifier == "systemd" else "_SYSTEMD_UNIT"] = unit
        text.append("".join(f"{name}={value}\n" for name, value in fields.items()) + "\n")
    path = folder / f"{identifier}.journal"
    path.unlink(missing_ok=True)
    subprocess.run(["/lib/systemd/systemd-journal-remote", f"--output={path}", "-"],
                   input="".join(text), text=True, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    printed = subprocess.run(["journalctl", "--file", path, "-o", mode, "--no-pager"],
                             text=True, check=True, capture_output=True,
                             env={**os.environ, "TZ": zone, "LC_ALL": "C.UTF-8"})
    return printed.stdout


def truth(told, rig, extra):
    """What truth.json says: the story's verdict and what its clients counted."""
    failed = [answer for clients in rig.clients for answer in clients.failed()]
    statuses = {}
    for answer in failed:
        key = str(answer.status)
        statuses[key] = statuses.get(key, 0) + 1
    return {"story": told.name, "args": [path.name for path in rig.logs()],
            "config": [path.name for path in rig.configs()], "incidents": told.incidents,
            "cause": told.cause, "also": list(told.also), "near": list(told.near),
            "pattern": told.pattern,
            "upstream": None if told.healthy else told.upstream,
            "requests_failed": len(failed), "statuses": statuses, "classes": {},
            "first_remedy": told.first_remedy, "never_first": list(told.never_first),
            "composed": sorted(rig.composed), **(extra or {})}


def today():
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def save(told, rig, extra, folder):
    """Copy the logs and configuration into a fixture's folder, with the truth."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in (*rig.logs(), *rig.configs()):
        shutil.copyfile(path, folder / path.name)
    facts = truth(told, rig, extra)
    (folder / "truth.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return facts
