"""Upstreams of our own that misbehave on purpose, and what nginx makes of them."""
import socket
import ssl
import struct
import subprocess
import time

from harness import story
from stories_gunicorn import NO_TIMEOUTS, SLOW_PAGE
from stories_sockets import TWO_PEERS, serve

STOCK = "location /api/stock {{\n    proxy_pass {scheme}://127.0.0.1:8001;\n{more}}}\n"
ACTIVATED = ("exec 3<&{fd}; LISTEN_PID=$$ LISTEN_FDS=1 exec /usr/bin/gunicorn --workers 2"
             " --timeout 5 shop:application")


def beside(rig, answer, *, scheme="http", more="", times=5):
    """The healthy shop, and beside it a small server of our own behind /api/stock."""
    serve(socket.SOCK_STREAM, 8001, answer)
    rig.nginx("http://127.0.0.1:8000", server=STOCK.format(scheme=scheme, more=more))
    rig.gunicorn("--workers", "2", "--timeout", "5")
    rig.amid_traffic("GET", "/api/stock?item=17", times=times, pause=0.6)


def each(answer):
    """A server that hands each connection, its request read, to `answer`."""
    def accept(server):
        while True:
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                answer(peer)
    return accept


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@story(cause="header-too-big", first_remedy="nginx-buffers", upstream="127.0.0.1:8001",
       never_first=("nginx-timeouts", "gunicorn-timeout"), near=("invalid-response",))
def header_too_big_many(rig):
    """Beside the shop a small server answers /api/stock with three hundred header lines, 30 KB in
    all, more than nginx's default buffer."""
    lines = b"".join(b"X-Item-%d: %s\r\n" % (n, b"a" * 80) for n in range(300))
    beside(rig, each(lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\nok")))
    return {"classes": {"header-too-big": 5}}


@story(cause="invalid-response", first_remedy="fix-crash", upstream="127.0.0.1:8001",
       never_first=("nginx-timeouts", "gunicorn-timeout"),
       near=("truncated-body", "header-too-big"))
def invalid_response_status(rig):
    """The small server's status line is "HTTP/1.1 2oo OK"."""
    beside(rig, each(lambda peer: peer.sendall(b"HTTP/1.1 2oo OK\r\nContent-Length: 2\r\n\r\nok")))


@story(cause="unknown", pattern="premature-close", first_remedy="check-logs",
       upstream="127.0.0.1:8001", near=("gunicorn-worker-timeout", "keepalive-race", "worker-exit"))
def unknown_close(rig):
    """The small server closes each connection half a second after the request, without a word. It
    has no log; gunicorn's, which is at hand, has nothing to do with it."""
    beside(rig, each(lambda peer: time.sleep(0.5)))
    return {"classes": {"premature-close": 5}}


@story(cause="unknown", first_remedy="check-logs",
       upstream="127.0.0.1:8001", near=("deploy-restart", "keepalive-race", "worker-killed"))
def unknown_reset(rig):
    """The small server resets each connection (SO_LINGER 0) half a second after the request. It
    has no log; gunicorn's, which is at hand, has nothing to do with it."""
    def answer(peer):
        time.sleep(0.5)
        reset(peer)
    beside(rig, each(answer))


@story(cause="nginx-read-timeout", first_remedy="nginx-timeouts", upstream="127.0.0.1:8001",
       never_first=("gunicorn-timeout", "restart-service"),
       near=("worker-starvation", "client-abort"))
def nginx_read_timeout_silent(rig):
    """The small server accepts and never answers; nginx waits 2 s. It has no log."""
    held = []
    def hold(server):
        while True:
            held.append(server.accept())
    beside(rig, hold, more="    proxy_read_timeout 2s;\n")
    return {"classes": {"read-timeout": 5}}


@story(cause="truncated-body", first_remedy="fix-crash", upstream="127.0.0.1:8001",
       never_first=("nginx-timeouts",), near=("disk-full", "worker-killed", "invalid-response"))
def truncated_body_reset(rig):
    """The small server announces 90000 bytes, sends a third of them and resets the connection."""
    def answer(peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + b"row\n" * 7500)
        time.sleep(0.2)
        reset(peer)
    beside(rig, each(answer))


def certificate(rig, name):
    """A key and a self-signed certificate."""
    key, cert = rig.root / "tmp" / "key.pem", rig.root / "tmp" / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-keyout", key, "-out", cert],
                   check=True, stderr=subprocess.DEVNULL)
    return key, cert


def speak_tls(context):
    def accept(server):
        while True:
            peer, _ = server.accept()
            try:
                with context.wrap_socket(peer, server_side=True) as secure:
                    secure.recv(4096)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            except OSError:
                peer.close()
    return accept


@story(cause="tls-mismatch", first_remedy="fix-upstream-tls", upstream="127.0.0.1:8001",
       never_first=NO_TIMEOUTS, near=("invalid-response", "stale-address"))
def tls_mismatch_certificate(rig):
    """nginx checks the small server's certificate (proxy_ssl_verify on), which is self-signed."""
    key, cert = certificate(rig, "stock.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    beside(rig, speak_tls(context), scheme="https",
           more="    proxy_ssl_verify on;\n    proxy_ssl_trusted_certificate "
                "/etc/ssl/certs/ca-certificates.crt;\n    proxy_ssl_name stock.example.com;\n")


@story(cause="tls-mismatch", first_remedy="fix-upstream-tls", upstream="127.0.0.1:8001",
       never_first=NO_TIMEOUTS, near=("invalid-response", "keepalive-race"))
def tls_mismatch_version(rig):
    """The small server speaks TLS 1.3 only, nginx is told to use TLS 1.2 (proxy_ssl_protocols)."""
    key, cert = certificate(rig, "stock.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(cert, key)
    beside(rig, speak_tls(context), scheme="https", more="    proxy_ssl_protocols TLSv1.2;\n")


@story(cause="tls-mismatch", first_remedy="fix-upstream-tls", upstream="127.0.0.1:8001",
       never_first=NO_TIMEOUTS, near=("invalid-response",))
def tls_mismatch_plain(rig):
    """https:// in proxy_pass, but the small server answers the handshake in plain HTTP: "wrong
    version number"."""
    beside(rig, each(lambda peer: peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
           scheme="https")


@story(cause="upstream-dns", first_remedy="fix-upstream-name", upstream="app.shop.example.com",
       never_first=NO_TIMEOUTS, near=("nginx-read-timeout", "nginx-connect-timeout"))
def upstream_dns_silent(rig):
    """proxy_pass with a name in a variable; the resolver never answers, and after
    resolver_timeout (2 s) nginx says 110, which here is not the kernel's."""
    held = []
    def swallow(server):
        while True:
            held.append(server.recvfrom(512))
    serve(socket.SOCK_DGRAM, 5353, swallow)
    rig.nginx("http://$backend:8000", server="set $backend app.shop.example.com;\n",
              http="resolver 127.0.0.1:5353 ipv6=off;\nresolver_timeout 2s;\n")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(7)


@story(cause="deploy-restart", first_remedy="graceful-deploy", upstream=None,
       near=("no-live-upstreams", "app-down", "wrong-bind-or-port"))
def deploy_rolling(rig):
    """A rolling deploy: of two gunicorns behind one upstream block first one, then the other is
    stopped and started again. nginx asks the other one, so no client notices."""
    rig.nginx("http://shop_backend", http=TWO_PEERS)
    names = {"127.0.0.1:8000": "gunicorn", "127.0.0.1:8001": "gunicorn-b"}
    running = {bind: rig.gunicorn("--workers", "2", "--timeout", "5", bind=bind, name=name)
               for bind, name in names.items()}
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(3)
        for bind, name in reversed(names.items()):
            running[bind].stop()
            rig.sleep(2.5)
            rig.gunicorn("--workers", "2", "--timeout", "5", bind=bind, name=name)
            rig.sleep(12)


@story(cause=None, incidents=0, near=("worker-starvation", "fd-exhaustion"))
def limits(rig):
    """limit_req and limit_conn turn greedy clients away with 429 and say so in the error log; a
    body that is too large gets 413, an HTTP/1.1 request without a host 400. No upstream failed."""
    rig.pages(SLOW_PAGE.format(seconds=1))
    rig.nginx("http://127.0.0.1:8000", location="client_max_body_size 1;\n",
              http="limit_req_zone $binary_remote_addr zone=per_ip:1m rate=2r/s;\n"
                   "limit_req_status 429;\nlimit_conn_zone $server_name zone=all:1m;\n"
                   "limit_conn_status 429;\n",
              server="location /search {\n    limit_req zone=per_ip burst=2;\n"
                     "    proxy_pass http://127.0.0.1:8000;\n}\n"
                     "location /report {\n    limit_conn all 1;\n"
                     "    proxy_pass http://127.0.0.1:8000;\n}\n")
    rig.gunicorn("--workers", "4", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        for _ in range(2):
            traffic.every(0.1, "GET", "/search")
        traffic.send("GET", "/report/monthly", times=6, pause=0.3)
        traffic.send("POST", "/cart", times=3, pause=0.5)
        rig.sleep(3)


@story(cause=None, incidents=0, near=("deploy-restart", "app-down"))
def deploy_socket_activation(rig):
    """A deploy with systemd's socket activation: the socket stays open while gunicorn is away for
    2 s, so requests wait and none fails."""
    listener = socket.create_server(("127.0.0.1", 8000), backlog=64)
    listener.set_inheritable(True)
    command = ACTIVATED.format(fd=listener.fileno())

    def start():
        rig.unit("Started gunicorn.service - gunicorn daemon.")
        return rig.daemon("gunicorn", ["/bin/bash", "-c", command], cwd=rig.root / "app",
                          user="www-data", env={"TZ": "UTC"}, log="gunicorn.log",
                          close_fds=False)

    rig.nginx("http://127.0.0.1:8000")
    app = start()
    app.wait_said("Booting worker")
    with rig.traffic() as traffic, listener:
        rig.noise(traffic)
        rig.sleep(4)
        rig.stop_unit(app)
        rig.sleep(2)
        start()
        rig.sleep(4)
    rig.write_journal()
