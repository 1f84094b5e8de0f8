"""gunicorn 20.1 behind nginx: its workers, its master, its sockets."""
import signal

from harness import story

PLAIN_CLOSE = ("nginx-buffers", "lb-idle-timeout", "instance-upgrade", "restart-service")
NO_TIMEOUTS = ("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "nginx-buffers")

SLOW_PAGE = """\
import time


def export(environ, start_response):
    time.sleep(12)
    start_response("200 OK", [("Content-Type", "text/csv")])
    return [b"done\\n"]


VIEWS = {"/report": export}
"""


@story(cause="gunicorn-worker-timeout", pattern="premature-close", first_remedy="gunicorn-timeout",
       never_first=PLAIN_CLOSE, short=True)
def gunicorn_worker_timeout(rig):
    """One page takes 12 s, gunicorn's --timeout is 3 s and its workers are sync: the
    master kills the worker in the middle of each such request. Quick pages on other
    workers go on all the while."""
    rig.pages(SLOW_PAGE)
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
