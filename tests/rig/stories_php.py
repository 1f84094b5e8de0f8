"""php-fpm 8.2: its timer, its children's deaths, a pool that is too small, its own fatal errors."""
import os
import signal
import socket

from harness import needs, story
from stories_gunicorn import CRASH, NO_TIMEOUTS, SLOW_PAGE
from stories_uwsgi import NEVER_GUNICORN, uwsgi
from stories_uwsgi import pass_to as uwsgi_pass

PHP_CONF = """\
[global]
error_log = {log}/php-fpm.log
daemonize = no
{every}[www]
listen = {address}
listen.owner = www-data
listen.group = www-data
user = www-data
group = www-data
pm = static
pm.max_children = {children}
catch_workers_output = yes
php_admin_value[memory_limit] = 16M
{more}"""

# one script answers all paths, as a framework's front controller does
FRONT = """\
<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (str_starts_with($path, '/report')) {{
    for ($i = 0; $i < {seconds} * 10; $i++) usleep(100000);
    echo "done\\n";
}} elseif (str_starts_with($path, '/thumbnail')) {{
    posix_kill(posix_getpid(), 11);
    sleep(1);
}} elseif (str_starts_with($path, '/import')) {{
    $rows = str_repeat('x', 64 << 20);
}} elseif (in_array($path, ['/', '/cart', '/items', '/search', '/login'])) {{
    echo "<html><body><h1>Shop</h1></body></html>\\n";
}} else {{
    http_response_code(404);
    echo "not found\\n";
}}
"""

PARAMETERS = ("QUERY_STRING $query_string", "REQUEST_METHOD $request_method",
              "CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length",
              "SCRIPT_NAME /index.php", "REQUEST_URI $request_uri",
              "SERVER_PROTOCOL $server_protocol", "REMOTE_ADDR $remote_addr",
              "SERVER_NAME $server_name", "REDIRECT_STATUS 200")


def pass_to(rig, address, more=""):
    """The location that hands requests to a FastCGI socket."""
    lines = [f"fastcgi_pass {address};", f"fastcgi_param SCRIPT_FILENAME {rig.root}/app/index.php;",
             *(f"fastcgi_param {line};" for line in PARAMETERS)]
    return "\n".join(lines) + "\n" + more


def php(rig, *, address="127.0.0.1:8000", children=3, more="", seconds=12, name="php-fpm",
        ready=True, every=""):
    needs("/usr/sbin/php-fpm8.2")
    (rig.root / "app" / "index.php").write_text(FRONT.format(seconds=seconds))
    rig.log("php-fpm.log")
    conf = rig.conf(f"{name}.conf", PHP_CONF.format(root=rig.root, log=rig.root / "log",
                                                    address=address, children=children, more=more,
                                                    every=every))
    return rig.daemon(name, ["/usr/sbin/php-fpm8.2", "--fpm-config", conf],
                      ready=address if ready else None, env={"TZ": "UTC"})


@story(cause="php-terminate-timeout", first_remedy="php-terminate-timeout",
       never_first=NEVER_GUNICORN, near=("worker-killed", "worker-exit", "nginx-read-timeout"))
def php_terminate_timeout(rig):
    """A script takes 12 s, request_terminate_timeout is 3 s: php-fpm ends the child with
    SIGTERM in the middle of each such request. Quick pages go on."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    php(rig, more="request_terminate_timeout = 3s\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for path in ("/report/export?month=10", "/report/monthly", "/report/export?month=11"):
            traffic.send("GET", path)
            rig.sleep(1.5)
        traffic.settle()
        rig.sleep(3)


@story(cause="nginx-read-timeout", first_remedy="nginx-timeouts",
       near=("php-terminate-timeout", "worker-starvation"),
       never_first=("gunicorn-timeout", "nginx-buffers", "restart-service"))
def php_slow(rig):
    """fastcgi_read_timeout is 3 s, a script takes 5 s, php-fpm's slow log notes it after 1 s and
    lets it finish (request_terminate_timeout is 20 s)."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000", "fastcgi_read_timeout 3s;\n"))
    php(rig, children=5, seconds=5, more="request_terminate_timeout = 20s\n"
        "request_slowlog_timeout = 1s\nslowlog = " + str(rig.log("php-slow.log")) + "\n")
    rig.amid_traffic("GET", "/report/export?year=2025", times=3, pause=1.5, after=4)
    return {"classes": {"read-timeout": 3}}


@story(cause="worker-starvation", first_remedy="raise-backlog-or-workers",
       near=("nginx-read-timeout", "php-terminate-timeout"),
       never_first=("nginx-timeouts", "gunicorn-timeout"))
def php_max_children(rig):
    """pm.max_children is 2 and six clients want a page of 2 s all the time: quick pages wait in
    line longer than fastcgi_read_timeout (4 s). php-fpm says that max_children is reached."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000", "fastcgi_read_timeout 4s;\n"))
    php(rig, seconds=2, more="pm = dynamic\npm.max_children = 2\npm.start_servers = 1\n"
        "pm.min_spare_servers = 1\npm.max_spare_servers = 1\n")
    rig.amid_traffic("GET", "/report/export", times=14, pause=0.3, before=3, after=8)


@story(cause="backlog-full", first_remedy="raise-backlog-or-workers", near=("worker-starvation",),
       never_first=("nginx-timeouts", "gunicorn-timeout"))
def php_backlog_full(rig):
    """One child behind a unix socket with listen.backlog 3, a page of 1.2 s and twelve clients
    at once: connections beyond the queue are turned away with errno 11."""
    path = f"{rig.root}/run/php.sock"
    rig.nginx("", location=pass_to(rig, f"unix:{path}"))
    php(rig, address=path, children=1, seconds=1.2, more="listen.backlog = 3\n")
    with rig.traffic() as traffic:
        traffic.every(1.5, "GET", "/items")
        rig.sleep(3)
        for _ in range(3):
            traffic.send("GET", "/report/export", times=12, pause=0.02)
            traffic.settle()
        rig.sleep(2)
    return {"upstream": f"unix:{path}"}


@story(cause="worker-crash-segv", first_remedy="fix-crash", never_first=CRASH,
       near=("worker-killed", "php-terminate-timeout"))
def php_child_crash(rig):
    """A script ends its child with SIGSEGV, as a faulty extension does, three times."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    php(rig)
    rig.amid_traffic("GET", "/thumbnail/17.jpg", times=3, pause=1.5)


@story(cause="worker-killed", first_remedy="check-logs",
       near=("php-terminate-timeout", "worker-oom-kill", "worker-crash-segv"))
def php_child_killed(rig):
    """Somebody kills busy children of php-fpm with SIGKILL. No kernel log."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    pool = php(rig, children=2, seconds=5, more="request_terminate_timeout = 20s\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for _ in range(2):
            traffic.send("GET", "/report/export")
            rig.sleep(0.7)
            for child in pool.workers():
                os.kill(child, signal.SIGKILL)
            traffic.settle()
            rig.sleep(2)


@story(cause="app-error-500", first_remedy="fix-app-error",
       near=("worker-oom-kill", "worker-killed", "memory-pressure"),
       never_first=("gunicorn-workers", "nginx-timeouts", "instance-upgrade"))
def php_memory_limit(rig):
    """A script asks for more than PHP's own memory_limit (16M): PHP ends it with a fatal error,
    which nginx's error log shows as FastCGI's stderr, and answers 500. No process dies."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    php(rig, more="php_admin_flag[log_errors] = on\nphp_admin_value[error_log] = /dev/stderr\n")
    rig.amid_traffic("POST", "/import/stock", times=9, pause=0.7)


@story(cause="deploy-restart", first_remedy="graceful-deploy", near=("app-down", "boot-failure"),
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade", "gunicorn-timeout"))
def php_restart(rig):
    """php-fpm is stopped for a deploy and started again 3 s later, under traffic."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    pool = php(rig)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        pool.stop()
        rig.sleep(3)
        php(rig)
        rig.sleep(4)


@story(cause="boot-failure", first_remedy="fix-boot-error", near=("deploy-restart", "app-down"),
       never_first=("restart-service", *NO_TIMEOUTS))
def php_address_in_use(rig):
    """php-fpm is restarted, but its pool for the back office wants port 9001, which another
    program has taken meanwhile: "Address already in use", and no pool starts at all. Three
    tries."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    office = ("[office]\nlisten = 127.0.0.1:9001\nuser = www-data\npm = ondemand\n"
              "pm.max_children = 1\n")
    pool = php(rig, more=office)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        pool.stop()
        with socket.create_server(("127.0.0.1", 9001)):
            for _ in range(3):
                php(rig, more=office, ready=False).wait()
                rig.sleep(1.5)


@story(cause=None, incidents=0, near=("deploy-restart", "worker-exit", "worker-killed"))
def php_reload(rig):
    """A deploy by SIGUSR2: php-fpm starts anew and keeps its socket; children are recycled after
    20 requests (pm.max_requests); a slow script is noted and finishes. No request fails."""
    rig.nginx("", location=pass_to(rig, "127.0.0.1:8000"))
    pool = php(rig, seconds=2, more="pm.max_requests = 20\n"
               "request_slowlog_timeout = 1s\nslowlog = " + str(rig.log("php-slow.log")) + "\n",
               every="process_control_timeout = 5s\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.2, "GET", "/search")
        rig.sleep(3)
        traffic.send("GET", "/report/monthly")
        rig.sleep(3)
        pool.kill(signal.SIGUSR2)
        rig.sleep(5)


@story(cause="uwsgi-harakiri", incidents=2, upstream=None, never_first=("gunicorn-timeout",),
       near=("worker-killed", "app-down"))
def two_causes_two_servers(rig):
    """Two upstreams of two kinds fail in the same minute for different reasons: uWSGI (port 8000)
    kills reports that take too long, a script's fault takes children of php-fpm (port 8001) down.
    Both have recycled workers all the while, which harms nobody."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("", location=uwsgi_pass("127.0.0.1:8000"),
              server="location /thumbnail/ {\n" + pass_to(rig, "127.0.0.1:8001") + "}\n"
                     "location /login {\n" + pass_to(rig, "127.0.0.1:8001") + "}\n")
    uwsgi(rig, processes=3, more="harakiri = 3\nmax-requests = 20\n")
    php(rig, address="127.0.0.1:8001", more="pm.max_requests = 20\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.4, "GET", "/login")
        rig.sleep(2)
        for number in range(3):
            traffic.send("GET", f"/report/export?month={number}")
            rig.sleep(0.7)
            traffic.send("GET", "/thumbnail/17.jpg")
            rig.sleep(1.1)
        traffic.settle()
        rig.sleep(2)
    return {"causes": [
        {"upstream": "127.0.0.1:8000", "cause": "uwsgi-harakiri"},
        {"upstream": "127.0.0.1:8001", "cause": "worker-crash-segv"}]}
