"""MariaDB behind the application: slow queries, locks, too few connections, no server."""
import os
import signal
import subprocess

from harness import Skipped, listens, own_namespaces, story, wait_until

PORT = 3306
NEVER_DB = ("restart-db", "restart-service", "nginx-buffers")

MY_CNF = """\
[mysqld]
datadir = {root}/db
socket = {root}/run/mysqld.sock
pid-file = {root}/run/mysqld.pid
port = 3306
bind-address = 127.0.0.1
user = mysql
log_error = {log}/mysql-error.log
slow_query_log = 1
slow_query_log_file = {log}/mysql-slow.log
long_query_time = 0.5
innodb_buffer_pool_size = 32M
innodb_log_file_size = 8M
{more}
"""

SHOP = """\
import logging

import pymysql

logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
log = logging.getLogger("django.request")


class OperationalError(Exception):
    __module__ = "django.db.utils"


def ask(sql, **how):
    link = pymysql.connect(host="127.0.0.1", user="shop", password="", database="shop", **how)
    try:
        with link.cursor() as cursor:
            cursor.execute(sql)
            link.commit()
            return cursor.fetchall()
    finally:
        link.close()


def page(sql):
    def view(environ, start_response):
        try:
            try:
                rows = ask(sql)
            except pymysql.err.OperationalError as trouble:
                raise OperationalError(*trouble.args) from trouble
        except OperationalError:
            log.exception("Internal Server Error: %s", environ["PATH_INFO"])
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"error\\n"]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [repr(rows).encode()]
    return view


VIEWS = {{{views}}}
"""

TABLES = """\
CREATE DATABASE shop;
CREATE USER shop@'127.0.0.1'; CREATE USER shop@localhost;
GRANT ALL ON shop.* TO shop@'127.0.0.1'; GRANT ALL ON shop.* TO shop@localhost;
USE shop;
CREATE TABLE stock (id INT PRIMARY KEY, qty INT) ENGINE=InnoDB;
INSERT INTO stock SELECT seq, seq FROM seq_1_to_1000;
CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE=InnoDB;
INSERT INTO orders SELECT seq, MD5(seq) FROM seq_1_to_5000;
"""

READ_STOCK = "SELECT qty FROM stock WHERE id = 7"
HEAVY = ("SELECT COUNT(*) FROM orders a JOIN orders b ON a.note < b.note"
         " JOIN stock c ON c.id < 6 AND c.qty + a.id > b.id WHERE a.note LIKE '%a%'")
TAKE_ONE = "UPDATE stock SET qty = qty - 1 WHERE id = 7"


def shop(**sql):
    views = ", ".join(f'"/{path}": page({text!r})' for path, text in sql.items())
    return SHOP.format(views=views)


def client(rig, sql, **how):
    return subprocess.Popen(["mariadb", "--no-defaults", "-S", f"{rig.root}/run/mysqld.sock"],
                            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **how)


def tell(rig, sql):
    session = client(rig, sql)
    session.communicate(sql, timeout=60)
    if session.returncode:
        raise RuntimeError(f"the database refused: {sql[:60]}")


def start_server(rig, config):
    rig.daemon("mariadbd", ["/usr/sbin/mariadbd", f"--defaults-file={config}"],
               ready=lambda: listens(f"127.0.0.1:{PORT}"), seconds=30)


def database(rig, more=""):
    """A fresh MariaDB with the shop's tables; its configuration is left in my.cnf."""
    if not os.path.exists("/usr/sbin/mariadbd"):
        raise Skipped("no mariadbd")
    log = rig.log("mysql-error.log").parent
    rig.log("mysql-slow.log")
    config = rig.root / "conf" / "my.cnf"
    config.write_text(MY_CNF.format(root=rig.root, log=log, more=more))
    for folder in (log, rig.root / "run"):
        folder.chmod(0o777)
    subprocess.run(["mariadb-install-db", f"--defaults-file={config}", "--skip-test-db",
                    "--auth-root-authentication-method=normal"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start_server(rig, config)
    tell(rig, TABLES)
    return config


@story(cause="db-slow-query", pattern="premature-close", first_remedy="db-optimize",
       never_first=NEVER_DB, near=("gunicorn-worker-timeout", "db-lock-contention", "external-call-slow"))
def db_slow_query(rig):
    """A page asks for a join without a usable index, over some 50 million pairs, which takes
    longer than gunicorn's --timeout of 3 s: the worker is killed while it waits for the
    database, and the query goes on to its end."""
    rig.pages(shop(stock=READ_STOCK, report=HEAVY))
    database(rig)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.5, "GET", "/stock")
        rig.sleep(2)
        for _ in range(3):
            traffic.send("GET", "/report/yearly")
            traffic.settle()
        slow = rig.log("mysql-slow.log")
        wait_until(lambda: slow.read_text().count("JOIN orders b") >= 3, "the queries' ends", 100)
        rig.sleep(1)
    return {"classes": {"premature-close": 3}}


@story(cause="db-lock-contention", pattern="premature-close", first_remedy="shorten-transaction",
       never_first=("restart-db", "nginx-timeouts", "gunicorn-timeout"),
       near=("db-slow-query", "gunicorn-worker-timeout"))
def db_lock_contention(rig):
    """An import in another session holds the row of one article in an open transaction for
    12 s. Orders of that article wait for the row until gunicorn's --timeout (3 s) kills
    their workers; the waiting statements end together when the import commits."""
    rig.pages(shop(stock="SELECT COUNT(*) FROM stock", order=TAKE_ONE))
    database(rig)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "4", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.5, "GET", "/stock")
        rig.sleep(2)
        holder = client(rig, "")
        holder.stdin.write("USE shop; BEGIN; UPDATE stock SET qty = qty + 1;"
                           " SELECT SLEEP(12) FROM stock WHERE id = 7 FOR UPDATE; COMMIT;\n")
        holder.stdin.close()
        rig.sleep(1)
        for _ in range(3):
            traffic.send("POST", "/order/7")
            rig.sleep(0.4)
        traffic.settle()
        holder.wait(30)
        rig.sleep(3)
    return {"classes": {"premature-close": 3}}


@story(cause="db-down", first_remedy="restart-db",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "restart-service"),
       near=("app-error-500", "db-too-many-connections"))
def db_down(rig):
    """The database is shut down and stays away; the application answers each request that
    needs it with a 500 of its own, so nginx's error log has nothing to say."""
    rig.pages(shop(stock=READ_STOCK))
    database(rig)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "10")
    with rig.traffic() as traffic:
        traffic.every(0.3, "GET", "/stock")
        rig.sleep(4)
        tell(rig, "SHUTDOWN")
        wait_until(lambda: not listens(f"127.0.0.1:{PORT}"), "the database ends", 20)
        rig.sleep(6)


@story(cause="db-too-many-connections", first_remedy="raise-db-connections",
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers"),
       near=("app-error-500", "db-down"))
def db_too_many_connections(rig):
    """max_connections is 10 and a report of another department keeps all of them; the shop's
    pages fail with error 1040, which only the application tells."""
    rig.pages(shop(stock=READ_STOCK))
    database(rig, more="max_connections = 10")
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "10")
    with rig.traffic() as traffic:
        traffic.every(0.3, "GET", "/stock")
        rig.sleep(4)
        greedy = [client(rig, "") for _ in range(11)]
        for session in greedy:
            session.stdin.write("SELECT SLEEP(6);\n")
            session.stdin.close()
        for session in greedy:
            session.wait(30)
        rig.sleep(4)


@story(cause="db-down", first_remedy="check-logs",
       near=("app-error-500", "db-too-many-connections"),
       never_first=("nginx-timeouts", "gunicorn-timeout", "gunicorn-workers", "restart-service"))
def db_killed(rig):
    """The database is killed (SIGKILL, which leaves no line) and started again 4 s later, with
    crash recovery; meanwhile the application answers 500."""
    rig.pages(shop(stock=READ_STOCK))
    config = database(rig)
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "2", "--timeout", "10")
    with rig.traffic() as traffic:
        traffic.every(0.3, "GET", "/stock")
        rig.sleep(4)
        server = next(daemon for daemon in rig.daemons if daemon.name == "mariadbd")
        server.kill(signal.SIGKILL)
        server.process.wait()
        rig.sleep(4)
        start_server(rig, config)
        rig.sleep(5)


@story(cause="disk-full", first_remedy="free-disk",
       near=("gunicorn-worker-timeout", "db-slow-query", "db-lock-contention"),
       never_first=("nginx-timeouts", "gunicorn-timeout", "restart-db"))
def disk_full_database(rig):
    """The disk of an Aria table is full (a tmpfs of 2 MB): MariaDB does not fail, it waits for
    somebody to free space, and the workers that write run into gunicorn's --timeout of 3 s."""
    own_namespaces()
    rig.pages(shop(stock=READ_STOCK, order="INSERT INTO notes.note VALUES (REPEAT('x', 60000))"))
    database(rig)
    folder = rig.root / "db" / "notes"
    folder.mkdir(mode=0o777)
    rig.small_disk(folder, kibibytes=2048)
    tell(rig, "CREATE TABLE notes.note (text MEDIUMTEXT) ENGINE=Aria TRANSACTIONAL=0;"
              " GRANT ALL ON notes.* TO shop@'127.0.0.1'; GRANT ALL ON notes.* TO shop@localhost;")
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "4", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        traffic.every(0.5, "GET", "/stock")
        rig.sleep(2)
        subprocess.run(["dd", "if=/dev/zero", f"of={folder}/export.csv", "bs=64k"],
                       stderr=subprocess.DEVNULL, check=False)
        for _ in range(3):
            traffic.send("POST", "/order/7")
            rig.sleep(0.7)
        traffic.settle()
        rig.sleep(2)
        (folder / "export.csv").unlink()
        rig.sleep(1)
