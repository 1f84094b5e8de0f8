"""What stands before nginx: a load balancer with less patience, and people with less."""
from harness import story
from stories_gunicorn import SLOW_PAGE

BALANCER_CONF = """\
user www-data;
worker_processes 1;
pid {root}/run/balancer.pid;
error_log {root}/tmp/balancer.log;
events {{
}}
http {{
    access_log off;
    client_body_temp_path {root}/tmp/balancer-body;
    proxy_temp_path {root}/tmp/balancer-proxy;
    fastcgi_temp_path {root}/tmp/balancer-fastcgi;
    uwsgi_temp_path {root}/tmp/balancer-uwsgi;
    scgi_temp_path {root}/tmp/balancer-scgi;
    server {{
        listen 8090;
        location / {{
            proxy_pass http://127.0.0.1:8080;
            proxy_set_header Host shop.example.com;
            proxy_read_timeout {patience}s;
        }}
    }}
}}
"""


def balancer(rig, patience):
    """A second nginx in front, whose logs nobody has: it stands for a load balancer."""
    path = rig.root / "tmp" / "balancer.conf"
    path.write_text(BALANCER_CONF.format(root=rig.root, patience=patience))
    return rig.daemon("balancer", ["/usr/sbin/nginx", "-e", rig.root / "tmp" / "balancer.log",
                                   "-c", path, "-g", "daemon off;"], ready="127.0.0.1:8090")


@story(cause="lb-timeout", upstream=None, first_remedy="lb-idle-timeout",
       near=("client-abort", "nginx-read-timeout", "worker-starvation"))
def lb_timeout(rig):
    """A load balancer (here a second nginx, whose logs nobody has) waits 5 s, a page takes 8 s,
    nginx and gunicorn would wait longer: the balancer answers 504 itself and hangs up, of which
    nginx notes 499 after 5.00 s and nothing else."""
    rig.pages(SLOW_PAGE.format(seconds=8))
    rig.nginx("http://127.0.0.1:8000", level="info", location="proxy_read_timeout 60s;\n")
    rig.gunicorn("--workers", "6", "--timeout", "30")
    balancer(rig, 5)
    with rig.traffic(port=8090) as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/report/export", times=8, pause=0.9)
        traffic.settle()
        rig.sleep(4)


@story(cause="client-abort", upstream=None, first_remedy="not-upstream-fault",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers"),
       near=("lb-timeout", "nginx-read-timeout"))
def client_abort(rig):
    """A page takes 6 s and people lose patience after different times: 499 at mixed durations,
    with the error log at level info. Nobody's upstream failed."""
    rig.pages(SLOW_PAGE.format(seconds=6))
    rig.nginx("http://127.0.0.1:8000", level="info")
    rig.gunicorn("--workers", "12", "--timeout", "30")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for patience in (0.7, 3.1, 1.4, 4.6, 2.2, 5.3, 0.9, 3.8, 1.8, 4.1):
            traffic.send("GET", "/report/export", abort_after=patience)
            rig.sleep(0.7)
        traffic.settle()
        rig.sleep(4)
