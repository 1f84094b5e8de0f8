"""Node.js: one process, so an uncaught error takes all of it down."""
import os
import signal
import socket

from harness import needs, story
from stories_gunicorn import NO_TIMEOUTS
from stories_sockets import KEPT, REUSE

SERVER = """\
'use strict';
const http = require('http');
const quick = new Set(['/', '/cart', '/items', '/search', '/login']);
const kept = [];
function answer(res, status, body) {
  res.writeHead(status, {'Content-Type': 'text/html'});
  res.end(body);
}
%(before)s
const server = http.createServer((req, res) => {
  const path = req.url.split('?')[0];
%(views)s
  if (quick.has(path)) return answer(res, 200, '<h1>Shop</h1>\\n');
  return answer(res, 404, 'not found\\n');
});
%(after)s
server.listen(8000, '127.0.0.1');
"""
CRASHES = ("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "instance-upgrade")


def node(rig, views="", before="", after="", *options, ready=True):
    needs("/usr/bin/node")
    (rig.root / "app" / "server.js").write_text(
        SERVER % {"views": views, "before": before, "after": after})
    return rig.daemon("node", ["/usr/bin/node", *options, "server.js"], cwd=rig.root / "app",
                      user="www-data", log="node.log", env={"TZ": "UTC"},
                      ready="127.0.0.1:8000" if ready else None)


def restarted(rig, traffic, path, *how, times=2):
    """A request that ends the process, and systemd's restart a second later; the journal of it."""
    app = node(rig, *how)
    rig.unit("Started node.service - shop.")
    rig.noise(traffic)
    rig.sleep(3)
    for number in range(1, times + 1):
        traffic.send("POST", path)
        status = app.wait()
        how_it_ended = f"code=exited, status={status}/FAILURE" if status > 0 else \
            f"code=dumped, status={-status}/ABRT"
        rig.unit(f"node.service: Main process exited, {how_it_ended}")
        result = "exit-code" if status > 0 else "core-dump"
        rig.unit(f"node.service: Failed with result '{result}'.")
        rig.sleep(1)
        rig.unit(f"node.service: Scheduled restart job, restart counter is at {number}.")
        rig.unit("Started node.service - shop.")
        app = node(rig, *how)
        rig.sleep(3)


def restarted_in_vain(rig, app, before):
    """A deploy after which the process ends at once, each time systemd starts it."""
    rig.unit("Stopping node.service - shop...")
    app.stop()
    rig.unit("node.service: Deactivated successfully.")
    rig.unit("Stopped node.service - shop.")
    rig.unit("Started node.service - shop.")
    rig.supervise(lambda: node(rig, "", before, ready=False), "code=exited, status=1/FAILURE",
                  tries=4, pause=1, service="node.service")


THROWING = """\
  if (path === '/checkout') return setTimeout(() => { undefined.total; }, 30);
"""
REJECTING = """\
  if (path === '/checkout') return (async () => { throw new Error('declined, why?'); })();
"""
GROWING = """\
  if (path === '/export') return setInterval(() => {
    for (let i = 0; i < 20000; i++) kept.push({row: i, text: 'x' + Math.random()});
  }, 1);
"""


@story(cause="worker-exit", first_remedy="fix-crash", never_first=CRASHES, also=("app-down",),
       near=("deploy-restart", "worker-killed", "boot-failure"))
def node_uncaught(rig):
    """An exception that nobody catches ends the process in the middle of a checkout, twice;
    systemd starts it again a second later, and meanwhile connections are refused."""
    rig.nginx("http://127.0.0.1:8000")
    with rig.traffic() as traffic:
        restarted(rig, traffic, "/checkout", THROWING)
    rig.write_journal(unit="node.service")


@story(cause="worker-exit", first_remedy="fix-crash", never_first=CRASHES,
       near=("deploy-restart", "app-down", "boot-failure"))
def node_unhandled_rejection(rig):
    """The same by a promise that is rejected and nobody waits for."""
    rig.nginx("http://127.0.0.1:8000")
    with rig.traffic() as traffic:
        restarted(rig, traffic, "/checkout", REJECTING)
    rig.write_journal(unit="node.service")


@story(cause="worker-crash-segv", first_remedy="fix-crash", never_first=CRASHES,
       near=("worker-oom-kill", "memory-pressure", "deploy-restart"))
def node_heap(rig):
    """An export keeps every row: node's own heap limit (--max-old-space-size=40) is reached and
    the process aborts itself; systemd starts it again. The machine has memory enough."""
    rig.nginx("http://127.0.0.1:8000")
    with rig.traffic() as traffic:
        restarted(rig, traffic, "/export", GROWING, "", "", "--max-old-space-size=40")
    rig.write_journal(unit="node.service")


@story(cause="boot-failure", pattern="connection-refused", first_remedy="fix-boot-error",
       never_first=("restart-service", *NO_TIMEOUTS), near=("app-down", "deploy-restart"))
def node_address_in_use(rig):
    """After a deploy the application also wants port 9100 for its metrics, which something else
    has: EADDRINUSE ends it, each of the four times systemd starts it."""
    metrics = "http.createServer().listen(9100, '127.0.0.1');\n"
    rig.nginx("http://127.0.0.1:8000")
    app = node(rig)
    with rig.traffic() as traffic, socket.create_server(("127.0.0.1", 9100)):
        rig.noise(traffic)
        rig.sleep(4)
        restarted_in_vain(rig, app, metrics)
    rig.write_journal(unit="node.service")


@story(cause="boot-failure", pattern="connection-refused", first_remedy="fix-boot-error",
       never_first=("restart-service", *NO_TIMEOUTS), near=("app-down", "deploy-restart"))
def node_module_missing(rig):
    """A deploy without `npm ci`: a module is missing, the process ends at once."""
    rig.nginx("http://127.0.0.1:8000")
    app = node(rig)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        restarted_in_vain(rig, app, "require('shop-settings');\n")
    rig.write_journal(unit="node.service")


@story(cause="keepalive-race", first_remedy="align-keepalive",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "lb-idle-timeout"),
       near=("worker-exit", "app-down", "max-requests-recycle"))
def node_keepalive_race(rig):
    """Node closes idle connections after 2 s (keepAliveTimeout), nginx keeps them (keepalive 8).
    Requests come just when one closes; pausing nginx's worker at that moment (SIGSTOP, SIGCONT)
    widens the window. GETs are tried again, POSTs get 502."""
    rig.nginx("http://shop", http=KEPT, location=REUSE)
    node(rig, "", "", "server.keepAliveTimeout = 2000;")
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
