"""gunicorn 20.1's workers and master: time-outs, deaths, stops and starts."""
import os
import signal

from harness import story

PLAIN_CLOSE = ("nginx-buffers", "lb-idle-timeout", "instance-upgrade", "restart-service")
NO_TIMEOUTS = ("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "nginx-buffers")
CRASH = ("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "restart-service",
         "instance-upgrade")
STOPPED = ("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "instance-upgrade")

SLOW_PAGE = """\
import time


def export(environ, start_response):
    time.sleep({seconds})
    start_response("200 OK", [("Content-Type", "text/csv")])
    return [b"done\\n"]


VIEWS = {{"/report": export}}
"""

ONE_VIEW = """\
import {imports}


def {name}(environ, start_response):
    {body}
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done\\n"]


VIEWS = {{"{path}": {name}}}
"""

BIG_IMPORT = ONE_VIEW.format(imports="time", name="load", path="/import",
                             body='rows = [b"x" * 65536 + bytes([n % 256]) for n in range(8000)]')
CRASHING = ONE_VIEW.format(imports="ctypes", name="thumbnail", path="/thumbnail",
                           body="ctypes.string_at(0)")
LEAVING = ONE_VIEW.format(imports="os", name="convert", path="/convert", body="os._exit(7)")
HASHING = ONE_VIEW.format(imports="hashlib", name="token", path="/token", body=(
    'hashlib.pbkdf2_hmac("sha256", b"key", b"salt", 40_000_000)'))
SEGFAULT = r"gunicorn\[\d+\]: segfault"
OOM = (r"gunicorn invoked oom-killer|^memory: usage|^oom-kill:.*gunicorn"
       r"|Killed process \d+ \(gunicorn\)|oom_reaper: reaped process \d+ \(gunicorn\)")


@story(cause="gunicorn-worker-timeout", pattern="premature-close", first_remedy="gunicorn-timeout",
       never_first=PLAIN_CLOSE, short=True,
       near=("nginx-read-timeout", "worker-killed", "worker-starvation"))
def gunicorn_worker_timeout(rig):
    """One page takes 12 s, gunicorn's --timeout is 3 s and its workers are sync: the
    master kills the worker in the middle of each such request. Quick pages on other
    workers go on all the while."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        traffic.send("GET", "/report/export?month=10")
        rig.sleep(1.2)
        traffic.send("POST", "/report/monthly")
        traffic.settle()
        traffic.send("GET", "/report/export?month=11")
        traffic.settle()
        rig.sleep(3)
    return {"classes": {"premature-close": 3}}


@story(cause="gunicorn-worker-timeout", pattern="premature-close", first_remedy="gunicorn-timeout",
       never_first=PLAIN_CLOSE,
       near=("worker-starvation", "nginx-read-timeout"))
def gunicorn_worker_timeout_queue(rig):
    """Two sync workers, a page of 9 s, --timeout 3: requests of quick pages that were
    waiting behind the slow ones are answered late but well, slow ones end with their
    worker. nginx's zone is Asia/Seoul, gunicorn's UTC, the log is a journal."""
    rig.pages(SLOW_PAGE.format(seconds=9))
    rig.nginx("http://127.0.0.1:8000", zone="Asia/Seoul")
    rig.gunicorn("--workers", "2", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(3):
            traffic.send("GET", "/report/export", times=2, pause=0.1)
            traffic.settle()
        rig.sleep(3)
    rig.write_journal()
    return {"classes": {"premature-close": 6}}


@story(cause="gunicorn-worker-timeout", pattern="premature-close", first_remedy="gunicorn-timeout",
       never_first=(*PLAIN_CLOSE, "gunicorn-gevent"),
       near=("event-loop-blocked", "worker-killed", "worker-oom-kill", "worker-crash-segv"))
def gunicorn_worker_timeout_stuck_in_c(rig):
    """A page computes a hash with far too many rounds, in one C call that no signal
    interrupts: gunicorn's SIGABRT at the time-out (3 s) has no effect, SIGKILL follows
    a second later and looks like a kill for want of memory. No kernel line."""
    rig.pages(HASHING)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(2):
            traffic.send("POST", "/token")
            traffic.settle()
        rig.sleep(2)
    return {"classes": {"premature-close": 2}}


@story(cause="gunicorn-worker-timeout", first_remedy="gunicorn-timeout", never_first=PLAIN_CLOSE,
       near=("app-error-500", "worker-exit"))
def gunicorn_worker_timeout_500(rig):
    """gunicorn 23 in place of Debian's 20.1: the time-out (3 s) raises SystemExit in the middle
    of the request, gunicorn logs the traceback and answers 500 itself, so nginx's error
    log says nothing about it."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000")
    rig.newer_gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        traffic.send("GET", "/report/export?month=10", times=2, pause=1.2)
        traffic.settle()
        traffic.send("POST", "/report/monthly", times=3, pause=0.3)
        traffic.settle()
        rig.sleep(3)


@story(cause="deploy-restart", pattern="connection-refused", first_remedy="graceful-deploy",
       never_first=("nginx-timeouts", "gunicorn-timeout", "db-optimize", "instance-upgrade"),
       near=("app-down",))
def deploy_restart_newer_gunicorn(rig):
    """A deploy of an application under gunicorn 23: stopped, and started 2 s later."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.newer_gunicorn("--workers", "3", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        rig.stop_unit(app)
        rig.sleep(2)
        rig.newer_gunicorn("--workers", "3", "--timeout", "5")
        rig.sleep(4)


@story(cause="gunicorn-worker-timeout", pattern="premature-close", first_remedy="gunicorn-timeout",
       never_first=PLAIN_CLOSE,
       near=("deploy-restart", "graceful-timeout-cut"))
def gunicorn_worker_timeout_after_reload(rig):
    """A harmless reload (SIGHUP) two seconds before: what fails are the requests of a page that
    takes longer than gunicorn's --timeout of 3 s, not the deploy."""
    rig.pages(SLOW_PAGE.format(seconds=9))
    rig.nginx("http://127.0.0.1:8000", log_format="combined")
    app = rig.gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        app.kill(signal.SIGHUP)
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export", times=2, pause=0.7)
            traffic.settle()
        rig.sleep(3)
    return {"classes": {"premature-close": 4}}


def fill_memory(rig, traffic, app):
    """Put gunicorn into a small memory cgroup and ask for more than fits."""
    rig.memory_limit(app, 160)
    rig.sleep(2)
    for _ in range(2):
        traffic.send("POST", "/import/stock")
        traffic.settle()
        rig.sleep(1)


@story(cause="worker-oom-kill", pattern="premature-close", first_remedy="fewer-workers",
       never_first=("gunicorn-workers", "nginx-timeouts", "gunicorn-timeout", "gunicorn-gevent"),
       near=("worker-killed", "gunicorn-worker-timeout", "memory-pressure"))
def worker_oom_kill(rig):
    """gunicorn lives in a memory cgroup of 160 MiB; an import wants some 500 MiB, so the
    kernel kills the worker. The unit says OOMPolicy=continue. Of the kernel's report the
    stack and the table of pages are left out of kernel.log."""
    rig.pages(BIG_IMPORT)
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "3", "--timeout", "10",
                       service="Slice=shop.slice\nMemoryMax=160M\nOOMPolicy=continue\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        fill_memory(rig, traffic, app)
        rig.sleep(2)
    rig.write_kernel_log(rig.kernel_lines(OOM))
    return {"classes": {"premature-close": 2}}


@story(cause="worker-oom-kill", pattern="cascade", first_remedy="fewer-workers", also=("app-down",),
       never_first=("gunicorn-workers", "nginx-timeouts", "gunicorn-timeout", "gunicorn-gevent"),
       near=("deploy-restart", "app-down", "worker-killed"))
def worker_oom_kill_unit_stop(rig):
    """A worker is killed for want of memory in a cgroup of 160 MiB, and as systemd does by
    default (OOMPolicy=stop) the whole unit is stopped and started again 3 s later. It
    looks like a deploy; nobody deployed."""
    rig.pages(BIG_IMPORT)
    rig.nginx("http://127.0.0.1:8000")
    options = ("--workers", "3", "--timeout", "10", "--graceful-timeout", "2")
    unit = {"service": "Slice=shop.slice\nMemoryMax=160M\nRestart=on-failure\nRestartSec=3\n"}
    app = rig.gunicorn(*options, **unit)
    rig.memory_limit(app, 160)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.3, "GET", "/search")
        rig.sleep(3)
        traffic.send("POST", "/import/stock")
        traffic.settle()
        rig.unit("gunicorn.service: A process of this unit has been killed by the OOM killer.")
        app.kill(signal.SIGTERM)
        app.wait()
        rig.unit("gunicorn.service: Failed with result 'oom-kill'.")
        rig.sleep(3)
        rig.unit("gunicorn.service: Scheduled restart job, restart counter is at 1.")
        rig.unit("Stopped gunicorn.service - gunicorn daemon.")
        rig.gunicorn(*options, **unit)
        rig.sleep(3)
    rig.write_journal(kernel=rig.kernel_lines(OOM))


@story(cause="worker-crash-segv", pattern="premature-close", first_remedy="fix-crash",
       never_first=CRASH,
       near=("worker-killed", "worker-exit"))
def worker_crash_segv(rig):
    """A page's native code reads address 0: the worker dies of SIGSEGV in the middle of the
    request, three times. kernel.log is the kernel's own."""
    rig.pages(CRASHING)
    rig.nginx("http://127.0.0.1:8000", log_format="combined")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("GET", "/thumbnail/17.jpg", times=3, pause=1.5)
    rig.write_kernel_log(rig.kernel_lines(SEGFAULT))
    return {"classes": {"premature-close": 3}}


@story(cause="worker-crash-segv", pattern="premature-close", first_remedy="fix-crash",
       never_first=CRASH,
       near=("worker-killed", "app-down"))
def worker_crash_segv_journal(rig):
    """The same crash with one worker behind a unix socket; gunicorn, unit and kernel are
    one journal, printed as JSON."""
    socket = f"unix:{rig.root}/run/gunicorn.sock"
    rig.pages(CRASHING)
    rig.nginx(f"http://{socket}")
    rig.gunicorn("--workers", "1", "--timeout", "5", bind=socket)
    rig.amid_traffic("GET", "/thumbnail/17.jpg", times=2, pause=2)
    rig.write_journal("json", kernel=rig.kernel_lines(SEGFAULT))
    return {"upstream": socket, "classes": {"premature-close": 2}}


def kill_master(rig, app):
    """What happens after `kill -9` of the master: systemd stops the workers left."""
    app.kill(signal.SIGKILL)
    app.process.wait()
    rig.unit("gunicorn.service: Main process exited, code=killed, status=9/KILL")
    os.killpg(app.pid, signal.SIGTERM)
    rig.sleep(0.3)
    rig.unit("gunicorn.service: Failed with result 'signal'.")


def go_down(rig, zone):
    """One worker time-out, then the master dies and nobody starts it again."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000", zone=zone)
    app = rig.gunicorn("--workers", "3", "--timeout", "3", zone=zone)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/report/export")
        traffic.settle()
        rig.sleep(0.5)
        kill_master(rig, app)
        rig.sleep(6)


@story(cause="app-down", pattern="cascade", first_remedy="restart-service", never_first=STOPPED,
       also=("gunicorn-worker-timeout",),
       near=("deploy-restart", "boot-failure", "wrong-bind-or-port"))
def app_down(rig):
    """First one request runs into gunicorn's time-out, then somebody kills the master with
    SIGKILL and nobody starts it again: every request is refused until the recording's
    end. nginx and gunicorn run in Asia/Seoul."""
    go_down(rig, "Asia/Seoul")


@story(cause="app-down", pattern="cascade", first_remedy="restart-service", never_first=STOPPED,
       also=("gunicorn-worker-timeout",),
       near=("deploy-restart", "worker-killed"))
def app_down_journal(rig):
    """As app-down, in UTC, with a journal (journalctl's default form, which has no year)
    that holds the unit's own lines."""
    go_down(rig, "UTC")
    rig.write_journal("short")


@story(cause="app-down", pattern="connection-refused", first_remedy="restart-service",
       never_first=STOPPED,
       near=("deploy-restart", "worker-exit"))
def app_down_stopped(rig):
    """gunicorn is stopped in good order (SIGTERM) and never started again."""
    rig.nginx("http://127.0.0.1:8000", log_format="combined")
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.sleep(6)


@story(cause="app-down", pattern="connection-refused", first_remedy="restart-service",
       never_first=STOPPED,
       near=("socket-missing", "socket-permission", "backlog-full"))
def app_down_stale_socket(rig):
    """The master is killed with SIGKILL and can't take its unix socket's file away: nginx finds
    the file and is refused (errno 111 on a path)."""
    path = f"unix:{rig.root}/run/gunicorn.sock"
    rig.nginx(f"http://{path}")
    app = rig.gunicorn("--workers", "2", "--timeout", "5", bind=path)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        kill_master(rig, app)
        rig.sleep(5)
    rig.write_journal()
    return {"upstream": path}


BROKEN = """\
import shop_payments

VIEWS = {}
"""
BOOT = {"first_remedy": "fix-boot-error", "never_first": (*STOPPED, "restart-service")}


@story(cause="boot-failure", pattern="connection-refused", **BOOT,
       near=("app-down", "deploy-restart"))
def boot_failure(rig):
    """A deploy brings code that imports a module nobody installed: gunicorn is stopped, the
    new one can't boot its workers, and systemd's Restart=on-failure tries four times.
    The log is a journal."""
    options = ("--workers", "2", "--timeout", "5")
    unit = "Restart=on-failure\nRestartSec=2\n"
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn(*options, service=unit)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.pages(BROKEN)
        rig.supervise(lambda: rig.gunicorn(*options, service=unit, ready=False),
                      "code=exited, status=3/NOTIMPLEMENTED", tries=4, pause=2)
        rig.sleep(3)
    rig.write_journal()


@story(cause="boot-failure", pattern="connection-refused", **BOOT,
       near=("app-down", "deploy-restart"))
def boot_failure_preload(rig):
    """The same broken import with --preload: the master itself ends with a bare traceback,
    before it listens; no line has gunicorn's form."""
    options = ("--workers", "2", "--timeout", "5", "--preload")
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn(*options)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.pages(BROKEN)
        for _ in range(3):
            rig.gunicorn(*options, ready=False).wait()
            rig.sleep(1)
        rig.sleep(2)


@story(cause="boot-failure", pattern="connection-refused", **BOOT,
       near=("app-down", "wrong-bind-or-port"))
def boot_failure_worker_class(rig):
    """A deploy changes --worker-class to eventlet, which nobody installed: gunicorn ends before
    it listens, with an error that has no form of its own."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    options = ("--workers", "2", "--timeout", "5", "--worker-class", "eventlet")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.supervise(lambda: rig.gunicorn(*options, ready=False),
                      "code=exited, status=1/FAILURE", tries=3, pause=1)
        rig.sleep(2)
    rig.write_journal()


@story(cause="boot-failure", pattern="connection-refused", **BOOT,
       near=("deploy-restart", "app-down", "worker-exit"))
def boot_failure_reload(rig):
    """HUP onto broken code: the new workers can't boot, which halts the master, old workers
    and all."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.pages(BROKEN)
        app.kill(signal.SIGHUP)
        app.wait()
        rig.sleep(5)


def deploy(rig, gap, journal=False, **nginx):
    """Stop, a gap, start again, quick traffic all the while."""
    options = ("--workers", "3", "--timeout", "5")
    rig.nginx("http://127.0.0.1:8000", **nginx)
    app = rig.gunicorn(*options)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.3, "GET", "/search")
        traffic.every(0.7, "POST", "/cart")
        rig.sleep(4)
        rig.stop_unit(app)
        rig.sleep(gap)
        rig.gunicorn(*options)
        rig.sleep(4)
    if journal:
        rig.write_journal()


DEPLOY = {"first_remedy": "graceful-deploy", "pattern": "connection-refused",
          "never_first": ("nginx-timeouts", "gunicorn-timeout", "db-optimize", "instance-upgrade")}


@story(cause="deploy-restart", short=True, **DEPLOY,
       near=("app-down", "keepalive-race"))
def deploy_restart(rig):
    """gunicorn is stopped and started again 2.5 s later, as a deploy script does; nginx
    refuses everybody in between."""
    deploy(rig, 2.5)


@story(cause="deploy-restart", **DEPLOY,
       near=("app-down", "boot-failure"))
def deploy_restart_journal(rig):
    """The same with a gap of 2 s and a journal; nginx writes in America/New_York, the
    journal is read there too."""
    deploy(rig, 2, journal=True, zone="America/New_York")


@story(cause="deploy-restart", **{**DEPLOY, "pattern": None},
       near=("socket-missing", "app-down"))
def deploy_restart_unix_socket(rig):
    """A deploy behind a unix socket: gunicorn takes its socket's file away when it stops, so
    nginx says "no such file" in the gap of 3 s, although no path is wrong."""
    path = f"unix:{rig.root}/run/gunicorn.sock"
    options = ("--workers", "2", "--timeout", "5")
    rig.nginx(f"http://{path}")
    app = rig.gunicorn(*options, bind=path)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.sleep(3)
        rig.gunicorn(*options, bind=path)
        rig.sleep(3)
    return {"upstream": path}


@story(cause="graceful-timeout-cut", first_remedy="graceful-deploy",
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade"), also=("deploy-restart",),
       near=("deploy-restart", "gunicorn-worker-timeout", "worker-exit"))
def graceful_timeout_cut(rig):
    """A deploy while eight exports of 9 s run; --graceful-timeout is 2 s, so they are cut
    2 s after SIGTERM, without a line of gunicorn's about them."""
    options = ("--workers", "9", "--timeout", "20", "--graceful-timeout", "2")
    rig.pages(SLOW_PAGE.format(seconds=9))
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn(*options)
    with rig.traffic() as traffic:
        traffic.every(0.9, "GET", "/items")
        traffic.every(3.1, "GET", "/wp-login.php")
        rig.sleep(3)
        traffic.send("GET", "/report/export", times=8, pause=0.2)
        rig.sleep(1)
        rig.stop_unit(app)
        rig.gunicorn(*options)
        traffic.settle()
        rig.sleep(4)


@story(cause="worker-killed", pattern="premature-close", first_remedy="check-logs",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "instance-upgrade"),
       near=("worker-oom-kill", "gunicorn-worker-timeout", "app-down"))
def worker_killed(rig):
    """Somebody kills workers with SIGKILL in the middle of a request. There is no kernel log,
    so whose hand it was can't be known."""
    rig.pages(SLOW_PAGE.format(seconds=3))
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "1", "--timeout", "20")
    with rig.traffic() as traffic:
        traffic.every(4.1, "GET", "/items")
        rig.sleep(2)
        for _ in range(3):
            traffic.send("GET", "/report/export")
            rig.sleep(0.8)
            os.kill(app.workers()[0], signal.SIGKILL)
            traffic.settle()
            rig.sleep(1.5)
        rig.sleep(2)


@story(cause="worker-exit", pattern="premature-close", first_remedy="fix-crash", never_first=CRASH,
       near=("worker-crash-segv", "boot-failure", "max-requests-recycle"))
def worker_exit(rig):
    """A page calls os._exit(7). gunicorn 20.1 has no line for that: only a worker booted
    in the place of one that never said good-bye."""
    rig.pages(LEAVING)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("POST", "/convert", times=3, pause=2)
    return {"classes": {"premature-close": 3}}


@story(cause=None, incidents=0, short=True,
       near=("unknown",))
def quiet(rig):
    """Some quick traffic, nothing happens."""
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(8)


@story(cause=None, incidents=0,
       near=("deploy-restart", "worker-exit"))
def deploy_reload(rig):
    """A deploy by SIGHUP under traffic: workers are replaced, no request fails."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "3", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.2, "GET", "/search")
        rig.sleep(3)
        rig.unit("Reloading gunicorn.service - gunicorn daemon...")
        app.kill(signal.SIGHUP)
        rig.unit("Reloaded gunicorn.service - gunicorn daemon.")
        rig.sleep(5)
    rig.write_journal()


@story(cause=None, incidents=0,
       near=("max-requests-recycle", "worker-exit"))
def recycling(rig):
    """--max-requests 15 with sync workers: workers come and go, no request fails."""
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "3", "--timeout", "5", "--max-requests", "15",
                 "--max-requests-jitter", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.15, "GET", "/search")
        rig.sleep(10)


@story(cause=None, incidents=0,
       near=("client-abort", "max-requests-recycle"))
def noise(rig):
    """nginx logs at level info: missing files, clients that go away in the middle of a slow
    but healthy page (499), a worker recycled, an unknown page. No request fails."""
    rig.pages(SLOW_PAGE.format(seconds=1.5))
    rig.nginx("http://127.0.0.1:8000", level="info", zone="Asia/Seoul")
    rig.gunicorn("--workers", "4", "--timeout", "8", "--max-requests", "40")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(2, "GET", "/report/export", abort_after=0.4)
        traffic.every(3, "GET", "/report/monthly")
        rig.sleep(12)


@story(cause=None, incidents=0,
       near=("client-abort", "lb-timeout"))
def client_aborts(rig):
    """Users of a page that takes 2 s lose patience after 0.4 s: nginx's access log shows 499,
    its error log at level info says that the client closed. Nobody's upstream failed."""
    rig.pages(SLOW_PAGE.format(seconds=2))
    rig.nginx("http://127.0.0.1:8000", level="info")
    rig.gunicorn("--workers", "6", "--timeout", "8")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.send("GET", "/report/export", times=12, pause=0.7, abort_after=0.4)
        rig.sleep(3)
