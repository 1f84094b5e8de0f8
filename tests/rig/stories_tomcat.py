"""Tomcat 10.1: the second document's kind of upstream, one process with threads."""
import socket

from harness import needs, story
from stories_gunicorn import NO_TIMEOUTS

SERVER_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<Server port="-1">
  <Service name="Catalina">
    <Connector port="8000" address="127.0.0.1" protocol="HTTP/1.1" maxThreads="{threads}"
               minSpareThreads="2" connectionTimeout="20000"/>
{more}    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" unpackWARs="false"/>
    </Engine>
  </Service>
</Server>
"""

WEB_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
  <servlet><servlet-name>jsp</servlet-name>
    <servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class></servlet>
  <servlet><servlet-name>shop</servlet-name><jsp-file>/shop.jsp</jsp-file></servlet>
  <servlet-mapping><servlet-name>shop</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>
</web-app>
"""

SHOP_JSP = """\
<%@ page contentType="text/html" %><%!
  static final java.util.Set<String> QUICK = java.util.Set.of("/", "/cart", "/items", "/search");
%><%
  String path = request.getRequestURI();
  if (path.startsWith("/report")) Thread.sleep((long) (SECONDS * 1000));
  byte[][] rows = new byte[4096][];
  for (int i = 0; i < 4096 && path.startsWith("/import"); i++) rows[i] = new byte[1 << 20];
  if (path.startsWith("/code")) { Thread.sleep(800); Runtime.getRuntime().halt(134); }
  if (!QUICK.contains(path) && path.lastIndexOf('/') == 0) response.setStatus(404);
%><h1>Shop</h1>
"""

LOGGING = """\
handlers = java.util.logging.ConsoleHandler
.handlers = java.util.logging.ConsoleHandler
java.util.logging.ConsoleHandler.level = INFO
java.util.logging.ConsoleHandler.formatter = org.apache.juli.OneLineFormatter
"""


def tomcat(rig, *, threads=20, seconds=4.0, more="", ready=True, heap=64):
    home = "/usr/share/tomcat10"
    needs(f"{home}/bin/bootstrap.jar", "/usr/bin/java")
    base = rig.root / "app" / "tomcat"
    for folder in ("conf", "temp", "work", "logs", "webapps/ROOT/WEB-INF"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "conf" / "server.xml").write_text(SERVER_XML.format(threads=threads, more=more))
    (base / "conf" / "web.xml").write_text("<web-app/>\n")
    (base / "conf" / "logging.properties").write_text(LOGGING)
    (base / "webapps" / "ROOT" / "WEB-INF" / "web.xml").write_text(WEB_XML)
    (base / "webapps" / "ROOT" / "shop.jsp").write_text(SHOP_JSP.replace("SECONDS", str(seconds)))
    command = ["/usr/bin/java", f"-Xmx{heap}m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
               f"-Djava.util.logging.config.file={base}/conf/logging.properties",
               "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager",
               "-cp", f"{home}/bin/bootstrap.jar:{home}/bin/tomcat-juli.jar",
               f"-Dcatalina.home={home}", f"-Dcatalina.base={base}",
               f"-Djava.io.tmpdir={base}/temp", "org.apache.catalina.startup.Bootstrap", "start"]
    started = rig.daemon("tomcat", command, log="tomcat.log", cwd=base, env={"TZ": "UTC"},
                         ready="127.0.0.1:8000" if ready else None, seconds=40)
    if ready:
        started.wait_said("Server startup in", 30)
    return started


def warm(traffic, rig):
    """The first request makes Tomcat compile the page."""
    traffic.send("GET", "/items")
    traffic.settle()
    rig.noise(traffic)


@story(cause="app-down", pattern="cascade", first_remedy="restart-service", also=("worker-exit",),
       near=("deploy-restart", "wrong-bind-or-port"),
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "instance-upgrade"))
def tomcat_cascade(rig):
    """What the second document saw, with all logs at hand: in the middle of a call to /code/check
    Tomcat's process ends without a word (Runtime.halt), and nobody starts it again: one connection
    closed too early, then refusals without end."""
    rig.nginx("http://127.0.0.1:8000")
    tomcat(rig)
    with rig.traffic() as traffic:
        warm(traffic, rig)
        rig.sleep(3)
        traffic.send("GET", "/code/check")
        rig.sleep(7)


@story(cause="worker-starvation", first_remedy="raise-backlog-or-workers",
       never_first=("gunicorn-timeout", "nginx-timeouts"), near=("nginx-read-timeout",))
def tomcat_threads_busy(rig):
    """maxThreads is 3 and six clients want a page of 2 s all the time: quick pages wait in line
    longer than proxy_read_timeout (4 s). Tomcat itself says nothing."""
    rig.nginx("http://127.0.0.1:8000", location="proxy_read_timeout 4s;\n")
    tomcat(rig, threads=3, seconds=2)
    with rig.traffic() as traffic:
        warm(traffic, rig)
        rig.sleep(3)
        traffic.send("GET", "/report/export", times=20, pause=0.25)
        traffic.settle()
        rig.sleep(6)


@story(cause="boot-failure", pattern="connection-refused", first_remedy="fix-boot-error",
       never_first=("restart-service", *NO_TIMEOUTS), near=("app-down", "deploy-restart"))
def tomcat_address_in_use(rig):
    """A deploy of Tomcat while something else holds port 8000 on its address (bound, but not
    listening): the connector does not start, Tomcat goes on without one."""
    rig.nginx("http://127.0.0.1:8000")
    app = tomcat(rig)
    with rig.traffic() as traffic:
        warm(traffic, rig)
        rig.sleep(3)
        app.stop()
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", 8000))
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            again = tomcat(rig, ready=False)
            again.wait_said("Server startup in|BindException", 30)
            rig.sleep(4)


@story(cause="app-error-500", first_remedy="fix-app-error",
       near=("worker-oom-kill", "memory-pressure", "worker-exit"),
       never_first=("gunicorn-workers", "nginx-timeouts", "instance-upgrade"))
def tomcat_out_of_memory(rig):
    """An import wants more than the Java heap (-Xmx64m): OutOfMemoryError, 500, and Tomcat goes
    on. The machine has memory enough."""
    rig.nginx("http://127.0.0.1:8000")
    tomcat(rig)
    with rig.traffic() as traffic:
        warm(traffic, rig)
        rig.sleep(2)
        traffic.send("GET", "/import/stock", times=8, pause=0.7)
        traffic.settle()
        rig.sleep(2)


@story(cause="deploy-restart", first_remedy="graceful-deploy", near=("app-down", "boot-failure"),
       never_first=("nginx-timeouts", "db-optimize", "instance-upgrade", "gunicorn-timeout"))
def tomcat_restart(rig):
    """Tomcat is stopped for a deploy and started again 2 s later."""
    rig.nginx("http://127.0.0.1:8000")
    app = tomcat(rig)
    with rig.traffic() as traffic:
        warm(traffic, rig)
        rig.sleep(4)
        app.stop()
        rig.sleep(2)
        tomcat(rig)
        rig.sleep(4)
