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
    map $time_iso8601 $alb_time {{
        "~^(?<second>.*)\\+00:00$" "${{second}}.000000Z";
    }}
    map $upstream_status $target_status {{
        504 "-";
        default $upstream_status;
    }}
    map $upstream_status $target_time {{
        504 "-1";
        default $upstream_response_time;
    }}
    log_format alb 'http $alb_time app/shop/50dc6c495c0c9188 $remote_addr:$remote_port '
                   '127.0.0.1:8080 0.000 $target_time 0.000 $status $target_status '
                   '$request_length $bytes_sent '
                   '"$request_method http://shop.example.com:80$request_uri $server_protocol" '
                   '"$http_user_agent" - - arn:aws:elasticloadbalancing:eu-west-1:123456789012:'
                   'targetgroup/shop/73e2d6bc24d8a067 "Root=1-$request_id" "-" "-" 0 $alb_time '
                   '"forward" "-" "-" "127.0.0.1:8080" "$target_status" "-" "-"';
    access_log {log}/alb.log alb;
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
            proxy_set_header Connection "";
            proxy_http_version 1.1;
            proxy_read_timeout {patience}s;
        }}
    }}
}}
"""


def balancer(rig, patience):
    """A second nginx in front stands for an AWS load balancer, and logs as one does."""
    path = rig.root / "tmp" / "balancer.conf"
    path.write_text(BALANCER_CONF.format(root=rig.root, log=rig.root / "log", patience=patience))
    rig.composed.add("alb.log: a second nginx wrote it, in the format of an AWS load balancer")
    return rig.daemon("balancer", ["/usr/sbin/nginx", "-e", rig.root / "tmp" / "balancer.log",
                                   "-c", path, "-g", "daemon off;"], ready="127.0.0.1:8090",
                      env={"TZ": "UTC"})


@story(cause="lb-timeout", upstream=None, first_remedy="lb-idle-timeout", behind_balancer=True,
       near=("client-abort", "nginx-read-timeout", "worker-starvation"))
def lb_timeout(rig):
    """A load balancer (here a second nginx) waits 5 s, a page takes 8 s, nginx and gunicorn would
    wait longer: the balancer answers 504 itself and hangs up, of which nginx notes 499 after
    5.00 s and nothing else."""
    rig.pages(SLOW_PAGE.format(seconds=8))
    rig.nginx("http://127.0.0.1:8000", level="info", location="proxy_read_timeout 60s;\n")
    rig.gunicorn("--workers", "8", "--timeout", "30")
    balancer(rig, 5)
    with rig.traffic(port=8090) as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/report/export", times=8, pause=0.9)
        traffic.settle()
        rig.sleep(4)


@story(cause="nginx-read-timeout", first_remedy="nginx-timeouts", behind_balancer=True,
       near=("lb-timeout",), never_first=("gunicorn-timeout", "lb-idle-timeout"))
def lb_nginx_gave_up_first(rig):
    """The same balancer with more patience (10 s) than nginx (proxy_read_timeout 3 s): the 504 is
    nginx's, and the balancer only passes it on."""
    rig.pages(SLOW_PAGE.format(seconds=5))
    rig.nginx("http://127.0.0.1:8000", location="proxy_read_timeout 3s;\n")
    rig.gunicorn("--workers", "6", "--timeout", "30")
    balancer(rig, 10)
    with rig.traffic(port=8090) as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        traffic.send("GET", "/report/export", times=4, pause=0.9)
        traffic.settle()
        rig.sleep(4)


@story(cause=None, incidents=0, near=("client-abort", "lb-timeout", "nginx-read-timeout"))
def client_aborts_mixed(rig):
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
