"""uWSGI 2.0: its own timer, its buffer and queue, its workers' deaths, starts that fail."""
import os
import signal

from harness import needs, story
from stories_gunicorn import CRASH, CRASHING, LEAVING, NO_TIMEOUTS, SLOW_PAGE

UWSGI_INI = """\
[uwsgi]
plugin = python3
socket = {address}
chdir = {root}/app
module = {module}
callable = application
master = true
processes = {processes}
buffer-size = 4096
uid = www-data
gid = www-data
chmod-socket = 666
vacuum = true
log-date = true
die-on-term = true
{more}"""

PARAMETERS = ("QUERY_STRING $query_string", "REQUEST_METHOD $request_method",
              "CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length",
              "REQUEST_URI $request_uri", "PATH_INFO $document_uri",
              "SERVER_PROTOCOL $server_protocol", "REMOTE_ADDR $remote_addr",
              "SERVER_PORT $server_port", "SERVER_NAME $server_name")
NEVER_GUNICORN = ("gunicorn-timeout", "gunicorn-workers", "gunicorn-gevent")


def pass_to(address, more=""):
    """The location that hands requests to a uwsgi socket."""
    path = "unix:" if address.startswith("/") else ""
    lines = [f"uwsgi_pass {path}{address};", *(f"uwsgi_param {line};" for line in PARAMETERS)]
    return "\n".join(lines) + "\n" + more


def uwsgi(rig, *, address="127.0.0.1:8000", processes=2, module="shop", more="", ready=True,
          zone="UTC"):
    needs("/usr/bin/uwsgi", "/usr/lib/uwsgi/plugins/python3_plugin.so")
    ini = rig.conf("uwsgi.ini", UWSGI_INI.format(root=rig.root, address=address, module=module,
                                                 processes=processes, more=more))
    rig.leave_out("uwsgi.ini")
    return rig.daemon("uwsgi", ["/usr/bin/uwsgi", "--ini", ini], log="uwsgi.log",
                      cwd=rig.root / "app",
                      ready=address if ready else None, env={"TZ": zone})


@story(cause="uwsgi-harakiri", pattern="premature-close", first_remedy="uwsgi-harakiri",
 never_first=NEVER_GUNICORN,
       near=("worker-killed", "gunicorn-worker-timeout", "worker-oom-kill"))
def uwsgi_harakiri(rig):
    """A page takes 12 s, uWSGI's harakiri is 3 s: the master kills the worker in the middle of
    each such request, with SIGKILL, and starts another one. Quick pages go on."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    uwsgi(rig, processes=3, more="harakiri = 3\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for path in ("/report/export?month=10", "/report/monthly", "/report/export?month=11"):
            traffic.send("GET", path)
            rig.sleep(1.5)
        traffic.settle()
        rig.sleep(3)
    return {"classes": {"premature-close": 3}}


@story(cause="uwsgi-buffer-size", first_remedy="uwsgi-buffer-size",
 never_first=("nginx-timeouts", *NEVER_GUNICORN),
       near=("header-too-big", "keepalive-race", "worker-exit"))
def uwsgi_buffer_size(rig):
    """Search pages with very long query strings: the block of variables is larger than uWSGI's
    buffer-size of 4096 bytes, so it drops the request without a word to nginx."""
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    uwsgi(rig)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/search?" + "&".join(f"brand={n:04}" for n in range(240)), times=4,
                     pause=0.9)
        traffic.settle()
        rig.sleep(2)
    return {"classes": {"connection-reset": 4}}


@story(cause="backlog-full", first_remedy="raise-backlog-or-workers",
       never_first=("nginx-timeouts", *NEVER_GUNICORN), near=("worker-starvation",))
def uwsgi_listen_queue(rig):
    """One process behind a unix socket with a listen queue of 3, a page of 1.2 s and twelve
    clients at once: connections beyond the queue are turned away with errno 11."""
    path = rig.root / "run" / "uwsgi.sock"
    rig.pages(SLOW_PAGE.format(seconds=1.2))
    rig.nginx("", location=pass_to(str(path)))
    uwsgi(rig, address=str(path), processes=1, more="listen = 3\n")
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(3)
        for _ in range(3):
            traffic.send("GET", "/report/export", times=12, pause=0.02)
            traffic.settle()
        rig.sleep(2)
    return {"upstream": f"unix:{path}"}


@story(cause="backlog-full", first_remedy="raise-backlog-or-workers",
 never_first=("nginx-timeouts", *NEVER_GUNICORN),
       near=("nginx-connect-timeout", "worker-starvation"))
def uwsgi_listen_queue_tcp(rig):
    """The same over TCP, where the kernel drops what doesn't fit: one process, a listen queue of
    2, a page of 3 s. nginx waits 2 s for a connection (504), and uWSGI itself says that its
    queue is full."""
    rig.pages(SLOW_PAGE.format(seconds=3))
    rig.nginx("", location=pass_to("127.0.0.1:8000", "uwsgi_connect_timeout 2s;\n"))
    uwsgi(rig, processes=1, more="listen = 2\n")
    with rig.traffic() as traffic:
        traffic.every(4, "GET", "/items")
        rig.sleep(3)
        traffic.send("GET", "/report/export", times=10, pause=0.1)
        traffic.settle()
        rig.sleep(3)


@story(cause="worker-killed", pattern="premature-close", first_remedy="check-logs",
 near=("uwsgi-harakiri", "worker-oom-kill"))
def uwsgi_worker_killed(rig):
    """Somebody kills busy uWSGI workers with SIGKILL; harakiri is 20 s and has no part in it.
    No kernel log."""
    rig.pages(SLOW_PAGE.format(seconds=5))
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    app = uwsgi(rig, more="harakiri = 20\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export")
            rig.sleep(0.7)
            for worker in app.workers():
                os.kill(worker, signal.SIGKILL)
            traffic.settle()
            rig.sleep(2)


@story(cause="worker-crash-segv", pattern="premature-close", first_remedy="fix-crash",
 never_first=CRASH, near=("worker-killed", "worker-exit"))
def uwsgi_worker_crash(rig):
    """A page's native code reads address 0 inside uWSGI's worker, three times. No kernel log."""
    rig.pages(CRASHING)
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    uwsgi(rig)
    rig.amid_traffic("GET", "/thumbnail/17.jpg", times=3, pause=1.5)
    return {"classes": {"premature-close": 3}}


@story(cause="worker-exit", pattern="premature-close", first_remedy="fix-crash",
 never_first=CRASH, near=("worker-killed",))
def uwsgi_worker_exit(rig):
    """A view calls os._exit(7) inside uWSGI, while other workers are recycled after 20 requests
    each, which harms nobody."""
    rig.pages(LEAVING)
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    uwsgi(rig, more="max-requests = 20\n")
    rig.amid_traffic("POST", "/convert/3", times=3, pause=1.5)
    return {"classes": {"premature-close": 3}}


@story(cause="boot-failure", first_remedy="fix-boot-error",
       never_first=("restart-service", *NO_TIMEOUTS), near=("app-error-500", "app-down"))
def uwsgi_no_application(rig):
    """The application can't be imported, and uWSGI goes on without one (need-app is off): it
    answers every request with 500 and says "no python application found"."""
    rig.pages("import shop_settings\n")
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    uwsgi(rig)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(6)


@story(cause="boot-failure", pattern="connection-refused", first_remedy="fix-boot-error",
 never_first=("restart-service", *NO_TIMEOUTS),
       near=("deploy-restart", "app-down", "wrong-bind-or-port"))
def uwsgi_need_app(rig):
    """A deploy of broken code: uWSGI is stopped, and with need-app the new one ends at once,
    each of the three times it is started again."""
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    app = uwsgi(rig, more="need-app = true\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        app.stop()
        rig.pages("import shop_settings\n")
        for _ in range(3):
            uwsgi(rig, more="need-app = true\n", ready=False).wait()
            rig.sleep(1.5)


@story(cause="nginx-read-timeout", first_remedy="nginx-timeouts",
 near=("uwsgi-harakiri", "client-abort", "worker-starvation"),
       never_first=("gunicorn-timeout", "nginx-buffers", "restart-service"))
def uwsgi_read_timeout(rig):
    """uwsgi_read_timeout is 2 s, a page takes 4 s, harakiri is 20 s: nginx gives up, uWSGI
    finishes later, finds nobody to write its 4 MB to (SIGPIPE) and logs how long it took."""
    big = SLOW_PAGE.format(seconds=4).replace('b"done\\n"', 'b"x" * 4000000')
    rig.pages(big)
    rig.nginx("", location=pass_to("127.0.0.1:8000", "uwsgi_read_timeout 2s;\n"))
    uwsgi(rig, processes=4, more="harakiri = 20\n")
    rig.amid_traffic("GET", "/report/export?year=2025", times=3, pause=1.5, after=4)
    return {"classes": {"read-timeout": 3}}


@story(cause="deploy-restart", first_remedy="graceful-deploy",
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade", *NEVER_GUNICORN[:1]),
       near=("app-down", "boot-failure"))
def uwsgi_deploy_restart(rig):
    """A deploy that stops uWSGI, migrates for 3 s and starts it again, under traffic."""
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    app = uwsgi(rig)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        app.stop()
        rig.sleep(3)
        uwsgi(rig)
        rig.sleep(4)


@story(cause=None, incidents=0, near=("deploy-restart", "max-requests-recycle", "worker-exit"))
def uwsgi_reload(rig):
    """A deploy by SIGHUP: uWSGI keeps its socket and starts anew, and workers are recycled after
    20 requests. No request fails."""
    rig.nginx("", location=pass_to("127.0.0.1:8000"))
    app = uwsgi(rig, more="max-requests = 20\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.2, "GET", "/search")
        rig.sleep(4)
        app.kill(signal.SIGHUP)
        rig.sleep(5)
