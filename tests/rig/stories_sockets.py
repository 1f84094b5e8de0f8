"""What stands between nginx and gunicorn: addresses, sockets, queues, timers, sizes."""
import os
import signal
import socket
import threading

from harness import story
from stories_gunicorn import NO_TIMEOUTS, SLOW_PAGE, kill_master


@story(cause="wrong-bind-or-port", pattern="connection-refused", first_remedy="fix-bind-address",
       never_first=NO_TIMEOUTS,
       near=("app-down", "stale-address", "localhost-ipv6"))
def wrong_bind_or_port(rig):
    """gunicorn listens on port 8001, nginx asks at 8000, where nothing ever listened."""
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5", bind="127.0.0.1:8001")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(8)


@story(cause="socket-missing", first_remedy="fix-bind-address", never_first=NO_TIMEOUTS,
       near=("app-down", "socket-permission", "wrong-bind-or-port"))
def socket_missing(rig):
    """nginx looks for a unix socket with another name than the one gunicorn made."""
    wanted = f"unix:{rig.root}/run/gunicorn.sock"
    rig.nginx(f"http://{wanted}", log_format="combined")
    rig.gunicorn("--workers", "2", "--timeout", "5", bind=f"unix:{rig.root}/run/shop.sock")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(6)
    return {"upstream": wanted}


@story(cause="socket-permission", first_remedy="fix-socket-permissions", never_first=NO_TIMEOUTS,
       near=("socket-missing", "app-down"))
def socket_permission(rig):
    """gunicorn's unix socket lies in a folder that only gunicorn's own user may enter; nginx's
    workers are www-data."""
    folder = rig.root / "run" / "app"
    folder.mkdir(mode=0o700)
    os.chown(folder, 1, 1)
    path = f"unix:{folder}/gunicorn.sock"
    rig.nginx(f"http://{path}")
    rig.gunicorn("--workers", "2", "--timeout", "5", bind=path, user="daemon")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(6)
    return {"upstream": path}


@story(cause="backlog-full", first_remedy="raise-backlog-or-workers",
       never_first=("gunicorn-timeout", "nginx-timeouts"),
       near=("worker-starvation", "nginx-connect-timeout"))
def backlog_full(rig):
    """One sync worker behind a unix socket with --backlog 2, a page of 1.2 s and twelve
    clients at once: connections beyond the queue are turned away with errno 11."""
    path = f"unix:{rig.root}/run/gunicorn.sock"
    rig.pages(SLOW_PAGE.format(seconds=1.2))
    rig.nginx(f"http://{path}")
    rig.gunicorn("--workers", "1", "--timeout", "30", "--backlog", "2", bind=path)
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(3)
        for _ in range(3):
            traffic.send("GET", "/report/export", times=12, pause=0.02)
            traffic.settle()
        rig.sleep(2)
    return {"upstream": path}


FINISHES_LATER = {"first_remedy": "nginx-timeouts", "upstream": "127.0.0.1:8000",
                  "never_first": ("gunicorn-timeout", "nginx-buffers", "restart-service")}
DURATION = ("--access-logformat",
            '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(L)s')


def give_up_early(rig, zone, log_format, *options):
    """nginx waits 3 s for a page of 5 s; gunicorn lets it finish."""
    rig.pages(SLOW_PAGE.format(seconds=5))
    os.chmod(rig.log(""), 0o777)
    rig.nginx("http://127.0.0.1:8000", location="proxy_read_timeout 3s;\n", zone=zone,
              log_format=log_format)
    rig.gunicorn("--workers", "4", "--timeout", "20", "--access-logfile",
                 str(rig.log("gunicorn-access.log")), *options)
    rig.amid_traffic("GET", "/report/export?year=2025", times=3, pause=1.5, after=4)
    return {"classes": {"read-timeout": 3}}


@story(cause="nginx-read-timeout", **FINISHES_LATER,
       near=("gunicorn-worker-timeout", "worker-starvation", "external-call-slow"))
def nginx_read_timeout(rig):
    """proxy_read_timeout is 3 s, a page takes 5 s, gunicorn's --timeout is 20 s: nginx gives
    up (504), the application finishes 2 s later, as its own access log shows. nginx runs
    in Asia/Seoul."""
    return give_up_early(rig, "Asia/Seoul", "timed", *DURATION)


@story(cause="nginx-read-timeout", **FINISHES_LATER,
       near=("gunicorn-worker-timeout", "worker-starvation"))
def nginx_read_timeout_combined(rig):
    """The same with plain combined access logs, which hold no durations."""
    return give_up_early(rig, "UTC", "combined")


TWO_PEERS = """\
upstream shop_backend {
    server 127.0.0.1:8000;
    server 127.0.0.1:8001;
}
"""


@story(cause="no-live-upstreams", upstream=None,
       near=("app-down", "upstream-dns"))
def no_live_upstreams(rig):
    """Two peers in one upstream block, neither of them running; only nginx's logs are at
    hand. After one refusal of each nginx doesn't ask any more."""
    rig.nginx("http://shop_backend", http=TWO_PEERS)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(8)


@story(cause="no-live-upstreams", upstream=None, also=("nginx-read-timeout",),
       near=("app-down", "worker-starvation"))
def no_live_upstreams_slow_page(rig):
    """Two healthy peers, proxy_read_timeout 2 s and one page of 4 s: one such request times
    out on both peers, nginx holds both for dead for ten seconds, and every other page
    gets 502 although both applications are well."""
    rig.pages(SLOW_PAGE.format(seconds=4))
    rig.nginx("http://shop_backend", http=TWO_PEERS, location="proxy_read_timeout 2s;\n")
    rig.gunicorn("--workers", "2", "--timeout", "20")
    rig.gunicorn("--workers", "2", "--timeout", "20", bind="127.0.0.1:8001", name="gunicorn-b")
    rig.amid_traffic("GET", "/report/export", before=3, after=14)


HUGE_COOKIE = """\
import shop


def login(environ, start_response):
    cookie = "session=" + "c2hvcA" * 1500
    return shop.answer(start_response, "302 Found", b"",
                       [("Location", "/"), ("Set-Cookie", cookie)])


VIEWS = {"/session": login}
"""


@story(cause="header-too-big", first_remedy="nginx-buffers",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("invalid-response", "uwsgi-buffer-size"))
def header_too_big(rig):
    """The login's answer sets a cookie of 9 KB; nginx's proxy_buffer_size is 4k."""
    rig.pages(HUGE_COOKIE)
    rig.nginx("http://127.0.0.1:8000", location="proxy_buffer_size 4k;\n")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("POST", "/session/new", times=4, pause=0.8)
    return {"classes": {"header-too-big": 4}}


def nginx_log_only(rig):
    rig.leave_out("access.log", "gunicorn.log", "nginx.conf", "gunicorn.service")


@story(cause="unknown", pattern="premature-close", first_remedy="nginx-timeouts",
       never_first=("restart-service",),
       near=("worker-killed", "gunicorn-worker-timeout", "keepalive-race"))
def unknown_premature_close(rig):
    """Workers are killed in the middle of requests (in truth by hand), but only nginx's
    error log was kept: it says that the other side closed, not why."""
    rig.pages(SLOW_PAGE.format(seconds=4))
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "20")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(3):
            traffic.send("GET", "/report/export")
            traffic.send("GET", "/report/monthly")
            rig.sleep(0.8)
            for worker in app.workers():
                os.kill(worker, signal.SIGKILL)
            traffic.settle()
            rig.sleep(1)
    nginx_log_only(rig)


@story(cause="unknown", pattern="cascade", first_remedy="nginx-timeouts",
       never_first=("restart-db",),
       near=("app-down", "boot-failure"))
def unknown_cascade(rig):
    """What the second document saw: one connection closed by the other side, then refusals
    without end. In truth a worker and then the master were killed by hand, but only
    nginx's error log was kept. nginx runs in Asia/Seoul."""
    rig.pages(SLOW_PAGE.format(seconds=4))
    rig.nginx("http://127.0.0.1:8000", zone="Asia/Seoul")
    app = rig.gunicorn("--workers", "1", "--timeout", "20")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        traffic.send("GET", "/report/export")
        rig.sleep(0.8)
        os.kill(app.workers()[0], signal.SIGKILL)
        kill_master(rig, app)
        rig.sleep(8)
    nginx_log_only(rig)


@story(cause="unknown", pattern="connection-refused", first_remedy="nginx-timeouts",
       never_first=("restart-db",),
       near=("deploy-restart", "app-down", "wrong-bind-or-port"))
def unknown_connection_refused(rig):
    """The application is away for some seconds and comes back; only nginx's error log was
    kept."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.sleep(4)
        rig.gunicorn("--workers", "2", "--timeout", "5")
        rig.sleep(2)
    nginx_log_only(rig)


@story(cause="localhost-ipv6", pattern="connection-refused", first_remedy="fix-bind-address",
       never_first=NO_TIMEOUTS, upstream="[::1]:8000",
       near=("app-down", "wrong-bind-or-port"))
def localhost_ipv6(rig):
    """proxy_pass http://localhost:8000, gunicorn on 127.0.0.1 only: nginx tries ::1 too, is
    refused there and, where it may, asks the other address."""
    rig.nginx("http://localhost:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(25)


@story(cause="localhost-ipv6", pattern="connection-refused", first_remedy="fix-bind-address",
       never_first=NO_TIMEOUTS, upstream="[::1]:8000",
       near=("app-down", "wrong-bind-or-port"))
def localhost_ipv6_no_retry(rig):
    """As localhost-ipv6 with proxy_next_upstream off: what is refused at ::1 is a 502."""
    rig.nginx("http://localhost:8000", location="proxy_next_upstream off;\n")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(25)


@story(cause="fd-exhaustion", first_remedy="raise-fd-limit",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("ports-exhausted", "worker-starvation"))
def fd_exhaustion(rig):
    """nginx may open 20 files (worker_rlimit_nofile 20); sixteen slow requests at once need
    two each: socket() fails with errno 24 and the clients get 500."""
    rig.pages(SLOW_PAGE.format(seconds=2))
    rig.nginx("http://127.0.0.1:8000", main="worker_rlimit_nofile 20;\n")
    rig.gunicorn("--workers", "1", "--threads", "30", "--timeout", "20")
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export", times=9, pause=0.05)
            traffic.settle()
        rig.sleep(2)


@story(cause="fd-exhaustion", first_remedy="raise-worker-connections",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("ports-exhausted", "worker-starvation"))
def fd_exhaustion_worker_connections(rig):
    """worker_connections 17 and eighteen slow requests at once, each of which needs two."""
    rig.pages(SLOW_PAGE.format(seconds=2))
    rig.nginx("http://127.0.0.1:8000", connections=17)
    rig.gunicorn("--workers", "1", "--threads", "30", "--timeout", "20")
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export", times=9, pause=0.05)
            traffic.settle()
        rig.sleep(2)


CUT = """\
def catalogue(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "90000")])
    yield b"row\\n" * 9000
    raise ValueError("row 9001 has no price")


VIEWS = {"/catalogue": catalogue}
"""


@story(cause="truncated-body", first_remedy="fix-crash", never_first=("nginx-timeouts",),
       near=("disk-full", "app-error-500", "client-abort", "worker-exit"))
def truncated_body(rig):
    """An application fails in the middle of a body of announced length: nginx's access log
    says 200, the clients get less than they were promised."""
    rig.pages(CUT)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("GET", "/catalogue/all.csv", times=4, pause=0.8)
    return {"classes": {"truncated-body": 4}}


@story(cause="tls-mismatch", also=("gunicorn-worker-timeout",), first_remedy="fix-upstream-tls",
       never_first=NO_TIMEOUTS,
       near=("gunicorn-worker-timeout", "invalid-response", "keepalive-race"))
def tls_mismatch(rig):
    """proxy_pass https://… to a gunicorn that speaks plain HTTP: it waits for a request
    line in vain until its own --timeout (3 s) kills the worker, which closes the
    connection in the middle of the handshake."""
    rig.nginx("https://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(10)


def serve(kind, port, answer):
    """A server of our own on loopback for the length of the run: `answer` gets its socket."""
    server = socket.socket(socket.AF_INET, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    if kind == socket.SOCK_STREAM:
        server.listen(64)
    threading.Thread(target=answer, args=(server,), daemon=True).start()


def bad_header(server):
    while True:
        peer, _ = server.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length 12\x01\r\n\r\nhello, world")


@story(cause="invalid-response", first_remedy="fix-crash", upstream="127.0.0.1:8001",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("header-too-big", "tls-mismatch", "truncated-body"))
def invalid_response(rig):
    """Beside the shop a small home-made server answers /api/stock with a header line that is
    none (no colon, a control byte): nginx doesn't pass that on."""
    serve(socket.SOCK_STREAM, 8001, bad_header)
    rig.nginx("http://127.0.0.1:8000",
              server="location /api/stock {\n    proxy_pass http://127.0.0.1:8001;\n}\n")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("GET", "/api/stock?item=17", times=5, pause=0.6)


def no_such_name(server):
    while True:
        question, peer = server.recvfrom(512)
        server.sendto(question[:2] + b"\x81\x83" + question[4:], peer)


@story(cause="upstream-dns", first_remedy="fix-upstream-name", upstream="app.shop.invalid",
       never_first=NO_TIMEOUTS,
       near=("stale-address", "app-down"))
def upstream_dns(rig):
    """proxy_pass with a name in a variable; the resolver says that the name doesn't exist."""
    serve(socket.SOCK_DGRAM, 5353, no_such_name)
    rig.nginx("http://$backend:8000", http="resolver 127.0.0.1:5353 ipv6=off;\n",
              server="set $backend app.shop.invalid;\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(6)


KEPT = """\
upstream shop {
    server 127.0.0.1:8000;
    keepalive 8;
}
"""
REUSE = 'proxy_http_version 1.1;\nproxy_set_header Connection "";\n'


@story(cause="keepalive-race", first_remedy="align-keepalive",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "lb-idle-timeout"),
       near=("worker-exit", "max-requests-recycle", "deploy-restart"))
def keepalive_race(rig):
    """gthread with --keep-alive 2 behind an upstream block with keepalive 8. Requests come
    just when gunicorn closes the idle connection; pausing nginx's worker at that moment
    (SIGSTOP, SIGCONT) widens the window. GETs are tried again by nginx, POSTs get 502."""
    rig.nginx("http://shop", http=KEPT, location=REUSE)
    rig.gunicorn("--workers", "1", "--threads", "4", "--timeout", "30", "--keep-alive", "2")
    front = rig.daemons[0]
    with rig.traffic() as traffic:
        traffic.every(7, "GET", "/items")
        rig.sleep(3)
        for _ in range(5):
            post = traffic.hold()
            post("POST", "/cart")
            traffic.settle()
            rig.sleep(1.2)
            for worker in front.workers():
                os.kill(worker, signal.SIGSTOP)
            post("POST", "/cart")
            rig.sleep(2.5)
            for worker in front.workers():
                os.kill(worker, signal.SIGCONT)
            traffic.settle()
            rig.sleep(2)


@story(cause="max-requests-recycle", first_remedy="gentle-recycle",
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade"),
       near=("keepalive-race", "worker-exit"))
def max_requests_recycle(rig):
    """gthread, --max-requests 30 without jitter, connections kept by nginx, POSTs from many
    clients: whoever is on a connection of the worker that leaves gets 502."""
    rig.nginx("http://shop", http=KEPT, location=REUSE)
    rig.gunicorn("--workers", "2", "--threads", "4", "--timeout", "30", "--keep-alive", "5",
                 "--max-requests", "30")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(7):
            traffic.every(0.12, "POST", "/cart")
        rig.sleep(5)


@story(cause="nginx-connect-timeout", first_remedy=None, upstream="127.0.0.1:8001",
       never_first=("gunicorn-timeout", "nginx-buffers"),
       near=("nginx-read-timeout", "backlog-full", "ports-exhausted"))
def nginx_connect_timeout(rig):
    """A home-made server on port 8001 listens but never accepts, and its queue is full: the
    kernel drops what comes, and nginx gives up after proxy_connect_timeout (2 s)."""
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    stuck.bind(("127.0.0.1", 8001))
    stuck.listen(0)
    waiting = socket.create_connection(("127.0.0.1", 8001))
    rig.nginx("http://127.0.0.1:8000", server="location /api/ {\n    proxy_connect_timeout 2s;\n"
              "    proxy_pass http://127.0.0.1:8001;\n}\n")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic, stuck, waiting:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/api/stock?item=17", times=6, pause=0.5)
        traffic.settle()
        rig.sleep(2)
    return {"classes": {"connect-timeout": 6}}


@story(cause="ports-exhausted", first_remedy="reuse-upstream-connections",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("fd-exhaustion", "nginx-connect-timeout"))
def ports_exhausted(rig):
    """Only twelve local ports are left for connections to gunicorn (ip_local_port_range), and
    a slow page holds more: connect() fails with errno 99."""
    rig.local_ports(42000, 42011)
    rig.pages(SLOW_PAGE.format(seconds=2))
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "1", "--threads", "30", "--timeout", "20")
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export", times=15, pause=0.05)
            traffic.settle()
        rig.sleep(2)



@story(cause="stale-address", pattern="connection-refused", first_remedy="fix-upstream-name",
       upstream="127.0.0.5:8000", never_first=NO_TIMEOUTS,
       near=("app-down", "wrong-bind-or-port", "upstream-dns"))
def stale_address(rig):
    """The application moves to another address (127.0.0.6) and its name with it, but nginx
    asked for the name only when it started: it goes on at the old address (127.0.0.5) until
    it is reloaded 6 s later."""
    rig.names({"app.shop.example.com": "127.0.0.5"})
    front = rig.nginx("http://app.shop.example.com:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "5", bind="127.0.0.5:8000")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.names({"app.shop.example.com": "127.0.0.6"})
        rig.gunicorn("--workers", "2", "--timeout", "5", bind="127.0.0.6:8000")
        rig.sleep(6)
        front.kill(signal.SIGHUP)
        rig.sleep(3)


LONG = """\
import shop


def catalogue(environ, start_response):
    return shop.answer(start_response, "200 OK", b"row\\n" * 3000000)


VIEWS = {"/catalogue": catalogue}
"""


@story(cause="disk-full", first_remedy="free-disk", never_first=("nginx-timeouts",),
       near=("truncated-body", "worker-exit"))
def disk_full(rig):
    """nginx's temporary files lie on a file system of 256 KB that is full; a long answer goes
    to slow readers, so nginx wants to put it aside and can't: the body is cut."""
    rig.small_disk(rig.root / "tmp", kibibytes=256)
    rig.pages(LONG)
    rig.nginx("http://127.0.0.1:8000",
              location="proxy_buffers 2 4k;\nproxy_busy_buffers_size 4k;\n")
    rig.gunicorn("--workers", "2", "--timeout", "20")
    rig.amid_traffic("GET", "/catalogue/all.csv", times=3, pause=0.8, read_late=1.5)
