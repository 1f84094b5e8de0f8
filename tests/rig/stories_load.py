"""Work that takes too long or comes too much at once, and the application's own errors."""
import os
import socket

from harness import story
from stories_gunicorn import CRASHING, ONE_VIEW, PLAIN_CLOSE, SEGFAULT, SLOW_PAGE
from stories_sockets import DURATION


@story(cause="worker-starvation", first_remedy="raise-backlog-or-workers",
       never_first=("gunicorn-timeout", "nginx-timeouts"),
       near=("event-loop-blocked", "nginx-read-timeout", "backlog-full", "heavy-page"))
def worker_starvation(rig):
    """Two sync workers, a page of 2 s that six clients want all the time: every request,
    the quickest too, waits in the queue longer than nginx's proxy_read_timeout of 4 s.
    gunicorn's access log shows that none ran longer than 2 s."""
    rig.pages(SLOW_PAGE.format(seconds=2))
    os.chmod(rig.log(""), 0o777)
    rig.nginx("http://127.0.0.1:8000", location="proxy_read_timeout 4s;\n")
    rig.gunicorn("--workers", "2", "--timeout", "30", "--access-logfile",
                 str(rig.log("gunicorn-access.log")), *DURATION)
    rig.amid_traffic("GET", "/report/export", times=14, pause=0.3, before=3, after=8)


SCANNING = ONE_VIEW.format(imports="ctypes", name="scan", path="/scan", body=(
    "ctypes.PyDLL(None).sleep(8)")).replace("VIEWS =", "VIEWS |=")


@story(cause="event-loop-blocked", pattern="premature-close", first_remedy="bound-external-call",
       never_first=("nginx-buffers", "restart-service"),
       near=("gunicorn-worker-timeout", "worker-starvation", "external-call-slow"))
def event_loop_blocked(rig):
    """One gevent worker; a page waits 8 s inside a C library that knows nothing of gevent, so
    every other request of that worker stands still, until gunicorn's --timeout of 3 s
    kills it with all its connections; requests that no worker had taken yet are answered
    late by the next one."""
    rig.pages(SLOW_PAGE.format(seconds=1.5) + "\n\n" + SCANNING)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "1", "--worker-class", "gevent", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        for _ in range(2):
            traffic.send("GET", "/report/export", times=4, pause=0.1)
            traffic.send("POST", "/scan/label")
            rig.sleep(0.3)
            traffic.send("GET", "/search", times=6, pause=0.2)
            traffic.settle()
            rig.sleep(2)


PAYING = """\
import logging
import urllib.request


def charge(environ, start_response):
    for attempt in (1, 2):
        try:
            urllib.request.urlopen("http://127.0.0.1:9000/charge", timeout=2)
        except OSError:
            logging.getLogger("gunicorn.error").exception("charge failed, attempt %d", attempt)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"later\\n"]


VIEWS = {"/pay": charge}
"""


@story(cause="external-call-slow", pattern="premature-close", first_remedy="bound-external-call",
       also=("gunicorn-worker-timeout",), never_first=("nginx-buffers", "restart-service"),
       near=("gunicorn-worker-timeout", "db-slow-query", "app-error-500"))
def external_call_slow(rig):
    """A payment service accepts connections and never answers. The page tries twice for 2 s
    each and logs the traceback; gunicorn's --timeout of 3 s is over before the second try
    is."""
    silent = socket.create_server(("127.0.0.1", 9000), backlog=64)
    rig.pages(PAYING)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic, silent:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("POST", "/pay/1041", times=2, pause=0.4)
        traffic.settle()
        traffic.send("POST", "/pay/1042", times=2, pause=0.4)
        traffic.settle()
        rig.sleep(3)


PICTURES = """\
import fcntl
import time

import shop

SIZES = {"/main/a.png": 39800, "/main/b.png": 31600, "/main/c.png": 9830}
LOCK = "/tmp/shop-pictures.lock"


def picture(environ, start_response):
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        time.sleep(1.8)
    return shop.answer(start_response, "200 OK", b"x" * SIZES[environ["PATH_INFO"]])


def check(environ, start_response):
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    return shop.answer(start_response, "200 OK", b"{}")


VIEWS = {"/main/": picture, "/api/code/check": check}
"""


def open_page(rig, traffic, users):
    """What browsers ask for when users open the page one soon after the other."""
    for _ in range(users):
        for path in ("/main/a.png", "/main/b.png", "/main/c.png"):
            traffic.send("GET", path)
            rig.sleep(0.4)
        traffic.send("GET", "/api/code/check")
    traffic.settle()


@story(cause="heavy-page", pattern="recurring-light-load", first_remedy="lighten-page",
       never_first=("restart-service",), incidents=2,
       near=("gunicorn-worker-timeout", "worker-starvation", "worker-exit"))
def heavy_page(rig):
    """The second document's case: a page with three big pictures (39.8, 31.6 and 9.83 KB) that
    the application scales anew each time, and a call of an API that can't go on while one
    is being scaled. One user at a time is fine; as soon as four open the page one after the
    other, API calls end in 502. nginx's time-outs were raised long ago (600 s); what ends
    the call is the application server's own (3 s), of which no log was kept. It happens
    twice, 70 s apart."""
    rig.pages(PICTURES)
    rig.nginx("http://127.0.0.1:8000", location="proxy_connect_timeout 300s;\n"
              "proxy_send_timeout 600s;\nproxy_read_timeout 600s;\n")
    rig.gunicorn("--workers", "14", "--timeout", "3")
    rig.leave_out("gunicorn.log", "gunicorn.service")
    with rig.traffic() as traffic:
        traffic.every(2.5, "GET", "/items")
        open_page(rig, traffic, 1)
        rig.sleep(3)
        open_page(rig, traffic, 4)
        rig.sleep(70)
        open_page(rig, traffic, 1)
        open_page(rig, traffic, 4)
        rig.sleep(3)


@story(cause="app-error-500", first_remedy="fix-app-error",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "instance-upgrade"),
       near=("worker-exit", "db-down", "worker-crash-segv"))
def app_error_500(rig):
    """A page raises KeyError: the application answers 500 and logs a traceback each time;
    nginx's error log has nothing to say."""
    rig.pages(ONE_VIEW.format(imports="os", name="checkout", path="/checkout",
                              body='os.environ["PAYMENT_KEY"]'))
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("POST", "/checkout", times=14, pause=0.4, before=3, after=3)


@story(cause="gunicorn-worker-timeout", incidents=2, pattern="premature-close", upstream=None,
       never_first=PLAIN_CLOSE,
       near=("worker-killed", "app-down"))
def two_causes(rig):
    """Two upstreams fail in the same minute for different reasons: the shop's report runs
    into gunicorn's time-out on port 8000, the thumbnails' native code crashes on 8001."""
    rig.pages(SLOW_PAGE.format(seconds=12) + "\n\n" + CRASHING.replace("VIEWS =", "VIEWS |="))
    rig.nginx("http://127.0.0.1:8000",
              server="location /thumbnail/ {\n    proxy_pass http://127.0.0.1:8001;\n}\n")
    rig.gunicorn("--workers", "3", "--timeout", "3")
    rig.gunicorn("--workers", "2", "--timeout", "5", bind="127.0.0.1:8001",
                 name="gunicorn-images")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/report/export", times=2, pause=0.5)
        rig.sleep(0.6)
        traffic.send("GET", "/thumbnail/17.jpg", times=3, pause=1.3)
        traffic.settle()
        traffic.send("GET", "/report/monthly")
        traffic.settle()
        rig.sleep(2)
    rig.write_kernel_log(rig.kernel_lines(SEGFAULT))
    return {"causes": [
        {"upstream": "127.0.0.1:8000", "cause": "gunicorn-worker-timeout"},
        {"upstream": "127.0.0.1:8001", "cause": "worker-crash-segv"}]}


@story(cause="deploy-restart", incidents=2, never_first=("db-optimize", "restart-service"),
       near=("app-down", "worker-killed"))
def two_causes_one_upstream(rig):
    """A deploy with a gap of 2 s, and ten seconds later the new application's report runs into
    gunicorn's time-out of 3 s: two failures of one upstream in the same minute that have
    nothing to do with each other."""
    options = ("--workers", "3", "--timeout", "3")
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn(*options)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        rig.stop_unit(app)
        rig.sleep(2)
        rig.gunicorn(*options)
        rig.sleep(10)
        traffic.send("GET", "/report/export", times=2, pause=0.6)
        traffic.settle()
        rig.sleep(3)
    rig.write_journal()
    return {"causes": [
        {"upstream": "127.0.0.1:8000", "cause": "deploy-restart"},
        {"upstream": "127.0.0.1:8000", "cause": "gunicorn-worker-timeout"}]}
