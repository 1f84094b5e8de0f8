"""puma 5.6: its workers, its own timer, starts that fail. It writes no stamps: a journal has them."""
import os
import signal

from harness import needs, story
from stories_gunicorn import NO_TIMEOUTS

RACKUP = """\
{before}
QUICK = %w[/ /cart /items /search]
run lambda {{ |env|
  path = env['PATH_INFO']
{views}
  ok = QUICK.include?(path)
  [ok ? 200 : 404, {{'Content-Type' => 'text/html'}}, ["<h1>Shop</h1>\\n"]]
}}
"""
UNIT = "puma.service"


def puma(rig, *options, views="", before="", ready=True):
    needs("/usr/bin/puma")
    (rig.root / "app" / "config.ru").write_text(RACKUP.format(views=views, before=before))
    rig.unit("Started puma.service - shop.")
    return rig.daemon("puma", ["/bin/sh", "-c", 'exec "$0" "$@" 1>&2', "/usr/bin/puma", "--bind",
                               "tcp://127.0.0.1:8000", "--environment", "production", *options,
                               "config.ru"],
                      cwd=rig.root / "app", user="www-data", log="puma.log",
                      env={"TZ": "UTC", "HOME": str(rig.root / "tmp")},
                      ready="127.0.0.1:8000" if ready else None, seconds=30)


def stop(rig, app):
    rig.unit("Stopping puma.service - shop...")
    app.stop()
    rig.unit("puma.service: Deactivated successfully.")
    rig.unit("Stopped puma.service - shop.")


RAISING = "  raise 'cart is empty' if path == '/checkout'\n"
STUCK = ("  Fiddle::Function.new(Fiddle.dlopen(nil)['sleep'], [Fiddle::TYPE_INT], Fiddle::TYPE_INT,"
         " need_gvl: true).call(30) if path == '/label'\n")


@story(cause="event-loop-blocked", first_remedy="bound-external-call",
       near=("gunicorn-worker-timeout", "worker-killed", "worker-exit"),
       never_first=("nginx-buffers", "restart-service"))
def puma_worker_timeout(rig):
    """A page waits 30 s inside a C library that keeps Ruby's lock: the worker can't check in for
    worker_timeout (6 s), and puma's master ends it with all its requests."""
    conf = rig.root / "app" / "puma.rb"
    conf.write_text("worker_timeout 6\nworkers 2\nthreads 3, 3\n")
    rig.nginx("http://127.0.0.1:8000")
    app = puma(rig, "--config", str(conf), before="require 'fiddle'\n", views=STUCK)
    app.wait_said("booted in")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        for _ in range(2):
            traffic.send("POST", "/label")
            traffic.settle()
            rig.sleep(2)
    rig.write_journal(unit=UNIT)


@story(cause="app-error-500", first_remedy="fix-app-error",
       near=("worker-exit", "worker-crash-segv"),
       never_first=("gunicorn-workers", "nginx-timeouts", "instance-upgrade"))
def puma_request_error(rig):
    """A view raises; puma answers 500, and writes the exception down."""
    rig.nginx("http://127.0.0.1:8000")
    puma(rig, "--workers", "2", "--threads", "3:3", views=RAISING).wait_said("booted in")
    rig.amid_traffic("POST", "/checkout", times=8, pause=0.6)
    rig.write_journal(unit=UNIT)


@story(cause="boot-failure", pattern="connection-refused", first_remedy="fix-boot-error",
       never_first=("restart-service", *NO_TIMEOUTS), near=("app-down", "deploy-restart"))
def puma_gem_missing(rig):
    """A deploy without `bundle install`: a gem is missing, puma ends at once, four times."""
    rig.nginx("http://127.0.0.1:8000")
    app = puma(rig, "--threads", "3:3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        stop(rig, app)
        rig.supervise(lambda: puma(rig, before="require 'shop_settings'\n", ready=False),
                      "code=exited, status=1/FAILURE", tries=4, pause=1, service=UNIT)
    rig.write_journal(unit=UNIT)


@story(cause="deploy-restart", first_remedy="graceful-deploy", near=("app-down", "boot-failure"),
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade", "gunicorn-timeout"))
def puma_restart(rig):
    """puma is stopped for a deploy and started again 2 s later."""
    options = ("--workers", "2", "--threads", "3:3")
    rig.nginx("http://127.0.0.1:8000")
    app = puma(rig, *options)
    app.wait_said("booted in")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        stop(rig, app)
        rig.sleep(2)
        puma(rig, *options).wait_said("booted in")
        rig.sleep(4)
    rig.write_journal(unit=UNIT)


@story(cause="unknown", pattern="premature-close", first_remedy="check-logs",
       near=("gunicorn-worker-timeout", "keepalive-race", "max-requests-recycle"))
def puma_worker_killed(rig):
    """Somebody kills a busy worker of puma with SIGKILL; puma says nothing of its death, only
    that another has booted."""
    rig.nginx("http://127.0.0.1:8000")
    app = puma(rig, "--workers", "2", "--threads", "3:3", views="  sleep 5 if path == '/report'\n")
    app.wait_said("booted in")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        for _ in range(2):
            traffic.send("GET", "/report")
            rig.sleep(0.7)
            for worker in app.workers():
                os.kill(worker, signal.SIGKILL)
            traffic.settle()
            rig.sleep(4)
    rig.write_journal(unit=UNIT)


@story(cause=None, incidents=0, near=("deploy-restart", "worker-exit"))
def puma_phased_restart(rig):
    """A deploy by SIGUSR1: puma replaces one worker after the other. No request fails."""
    rig.nginx("http://127.0.0.1:8000")
    app = puma(rig, "--workers", "2", "--threads", "3:3")
    app.wait_said("booted in")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        app.kill(signal.SIGUSR1)
        rig.sleep(9)
    rig.write_journal(unit=UNIT)
