#!/usr/bin/python3
"""sandbox.py -- what a run may do, seen from outside: rights, system calls, refusals, units.

usage: WHY502=PROGRAM python3 tests/e2e/sandbox.py [NAME...]
Prints "ok NAME" or "FAIL NAME: why" a test, "skipped NAME: why" where something is not here."""
import ctypes
import errno
import gzip
import json
import os
import platform
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
ROOT = os.geteuid() == 0
STRANGER = 12345
LIBC = ctypes.CDLL(None, use_errno=True)
LANDLOCK, SECCOMP, PRCTL = {"x86_64": (444, 317, 157), "aarch64": (444, 277, 167)}.get(
    platform.machine(), (None, None, None))
NO_NEW_PRIVS = 38
LINE = ('2026/11/20 10:00:%02d [error] 7#7: *%d connect() failed (111: Connection refused) while '
        'connecting to upstream, client: 10.0.0.1, server: a.example, request: "GET /p%d HTTP/1.1", '
        'upstream: "http://127.0.0.1:8000/p%d", host: "a.example"\n')
LOG = "".join(LINE % (n, n, n, n) for n in range(20))


class Skipped(Exception):
    """Something that the test needs is not on this machine."""


def needs(there, what):
    if not there:
        raise Skipped(what)


def put(name, text=LOG, mode=0o644):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(name, mode)


def run(*arguments, before=(), **more):
    env = ENV | more.pop("env", {})
    return subprocess.run([*before, WHY502, *arguments], env=env, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, **more)


def built(word):
    return f"+ {word}" in run("-V", "-v").stdout


def whole():
    """Whether this kernel and this program can do all of it."""
    if LANDLOCK is None or LIBC.syscall(LANDLOCK, None, 0, 1) < 1 or not built("seccomp"):
        return False
    return "sanitizers" not in run("-V", "-v").stdout


# --- from inside -----------------------------------------------------------------------------------
REFUSED = ["sandbox: landlock+seccomp", "  opening a file is refused", "  connecting is refused",
           "  starting a program is refused"]


def from_inside_opening_connecting_and_starting_are_refused():
    needs(whole(), "Landlock or seccomp")
    users = [{}]
    if ROOT:
        users.append({"user": STRANGER, "group": STRANGER, "extra_groups": []})
    for user in users:
        p = run("--version", "-v", **user)
        assert p.returncode == 0 and p.stdout.splitlines()[-4:] == REFUSED, (user, p.stdout[-300:], p.stderr)


def in_a_user_name_space_it_holds_as_well():
    needs(whole() and shutil.which("unshare"), "Landlock, seccomp or unshare")
    for how in ("-U", "-Ur"):
        if subprocess.run(["unshare", how, "true"], capture_output=True, check=False).returncode != 0:
            raise Skipped("user name spaces")
        p = run("--version", "-v", before=["unshare", how])
        assert p.returncode == 0 and p.stdout.splitlines()[-4:] == REFUSED, (how, p.stdout[-300:], p.stderr)
        put("e.log")
        p = run("--sandbox", "require", "-o", "json", "e.log", before=["unshare", how])
        assert p.returncode == 0 and json.loads(p.stdout)["upstream_errors"] == 20, (how, p.stderr)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


def while_it_runs(arguments, look, feed=None):
    """Looks at a run that reads or waits."""
    p = subprocess.Popen([WHY502, *arguments], env=ENV, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    if feed:
        p.stdin.write(feed)
        p.stdin.flush()
    try:
        end = time.monotonic() + 10
        while status_of(p.pid).get("Seccomp") != "2" and time.monotonic() < end:
            time.sleep(0.02)
        return look(p.pid)
    finally:
        p.send_signal(signal.SIGTERM)
        p.communicate(timeout=20)


def rights(pid):
    s = status_of(pid)
    return s["Uid"].split()[1], s["CapEff"], s["CapPrm"], s["NoNewPrivs"], s["Seccomp"]


def who_parses_has_no_right_left():
    needs(whole(), "Landlock or seccomp")
    put("e.log")
    os.chmod(".", 0o755)
    me, none = ("65534" if ROOT else str(os.geteuid())), "0" * 16
    reads = "0" * 15 + "4" if ROOT else none  # CAP_DAC_READ_SEARCH: what is rotated in belongs to others
    found = while_it_runs(["-"], rights, LOG.encode())
    assert found == (me, none, none, "1", "2"), found
    found = while_it_runs(["-f", "e.log"], rights)
    assert found == (me, reads, reads, "1", "2"), found
    os.mkdir("state", 0o700)
    found = while_it_runs(["-f", "--state", "state/s.db", "e.log"], rights)
    assert found == (str(os.geteuid()), reads, reads, "1", "2"), found


def who_starts_programs_can_still_start_a_setuid_one():
    needs(whole(), "Landlock or seccomp")
    put("e.log")
    put("hook", "#!/bin/sh\ncat > /dev/null\n", 0o755)

    def look(pid):
        helpers = [status_of(child)["NoNewPrivs"] for child in children_of(pid)]
        return rights(pid)[3:], helpers
    parser, helpers = while_it_runs(["-f", "--exec", "./hook", "e.log"], look)
    assert parser == ("1", "2") and helpers == ["0"], (parser, helpers)


def root_reads_on_after_a_rotation_what_is_for_the_owner_alone():
    needs(ROOT, "root")
    put("e.log", "", 0o600)
    os.chown("e.log", STRANGER, STRANGER)
    os.chown(".", STRANGER, STRANGER)
    p = subprocess.Popen([WHY502, "-f", "-o", "json", "e.log"], env=ENV, stdout=subprocess.PIPE, text=True,
                         stdin=subprocess.DEVNULL)
    time.sleep(0.5)
    os.rename("e.log", "e.log.1")
    put("e.log", LOG, 0o600)
    os.chown("e.log", STRANGER, STRANGER)
    time.sleep(2.5)
    p.send_signal(signal.SIGTERM)
    out = p.communicate(timeout=20)[0]
    assert json.loads(out.splitlines()[-1])["upstream_errors"] == 20, out[-300:]


def root_writes_its_report_where_a_user_lives():
    needs(ROOT, "root")
    put("e.log")
    os.mkdir("home")
    os.chown("home", STRANGER, STRANGER)
    p = run("-O", "home/report.txt", "e.log")
    assert p.returncode == 0 and os.listdir("home") == ["report.txt"], (p.stderr, os.listdir("home"))


# --- where it is not allowed --------------------------------------------------------------------------
def forbidding(*calls, answer):
    """For preexec_fn: a filter like a container's, under which these calls answer with an error."""
    def instruction(code, jump_true, jump_false, value):
        return struct.pack("HBBI", code, jump_true, jump_false, value)
    load_number, load_first = instruction(0x20, 0, 0, 0), instruction(0x20, 0, 0, 16)
    refuse, allow = instruction(0x06, 0, 0, 0x00050000 | answer), instruction(0x06, 0, 0, 0x7fff0000)
    program = load_number
    for call in calls:
        if call == PRCTL:
            program += (instruction(0x15, 0, 4, call) + load_first + instruction(0x15, 0, 1, NO_NEW_PRIVS) +
                        refuse + load_number)
        else:
            program += instruction(0x15, 0, 1, call) + refuse
    program += allow

    def apply():
        code = ctypes.create_string_buffer(program, len(program))
        filter_of = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code)))
        if not ROOT:
            LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        if LIBC.prctl(22, 2, filter_of, 0, 0) != 0:
            os._exit(99)
    return apply


def where_it_is_forbidden_a_run_goes_on_and_says_so():
    needs(whole(), "Landlock or seccomp")
    put("e.log")
    cases = [((LANDLOCK,), "seccomp (landlock"), ((SECCOMP,), "landlock (seccomp"),
             ((LANDLOCK, SECCOMP), "none: ")] + ([((PRCTL,), "none: no_new_privs")] if ROOT else [])
    for calls, word in cases:
        for answer in (errno.ENOSYS, errno.EPERM, errno.EINVAL):
            container = forbidding(*calls, answer=answer)
            p = run("-v", "-o", "json", "e.log", preexec_fn=container)
            assert p.returncode == 0, (word, answer, p.returncode, p.stderr)
            report = json.loads(p.stdout)
            assert report["upstream_errors"] == 20 and report["sandbox"].startswith(word), (word, report["sandbox"])
            assert f"why502: sandbox: {word}" in p.stderr, (word, p.stderr)
            assert run("-q", "e.log", preexec_fn=container).stderr == ""
            p = run("--sandbox", "require", "e.log", preexec_fn=container)
            assert p.returncode == 3 and "sandbox" in p.stderr and not p.stdout, (word, p.returncode, p.stderr)
            p = run("-V", "-v", preexec_fn=container)
            assert p.returncode == 0 and f"sandbox: {word}" in p.stdout, (word, p.stdout)


# --- what it does --------------------------------------------------------------------------------------
CALL = re.compile(r"^\d+ +(\w+)\((.*)")
PATHS = re.compile(r'"((?:[^"\\]|\\.)*)"')


def calls_of(*arguments, feed=None, seconds=None):
    """Name and arguments of the calls of a run that could leave or change anything."""
    command = ["strace", "-f", "-qq", "-s", "300", "-o", "trace", "-e",
               "trace=network,execve,execveat,open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,"
               "mkdir,mkdirat,link,linkat,symlink,symlinkat,chmod,fchmodat,chown,fchownat,truncate,mknod,mknodat",
               WHY502, *arguments]
    env = ENV | {"ASAN_OPTIONS": "detect_leaks=0"}  # which a traced process cannot do
    p = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if seconds:
        time.sleep(seconds)
        for child in children_of(p.pid):
            os.kill(int(child), signal.SIGTERM)
    err = p.communicate(feed, timeout=60)[1]
    assert p.returncode == 0, (arguments, p.returncode, err[-300:])
    with open("trace", encoding="utf-8", errors="replace") as file:
        return [m.groups() for m in map(CALL.match, file) if m]


def strange(calls, writes, programs=()):
    """Calls that reach beyond the files `writes` and the programs that were asked for."""
    found = []
    for name, rest in calls[1:]:  # the first is the program itself
        if name in ("socketpair",):
            continue  # to the helper, which has no name
        if name.startswith("exec"):
            if not any(f'"{program}"' in rest for program in programs):
                found.append((name, rest[:80]))
        elif name.startswith("open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest):
            continue
        elif name in ("sendto", "recvfrom", "sendmsg", "recvmsg", "socket", "connect", "bind", "listen", "shutdown"):
            found.append((name, rest[:80]))
        elif not all(any(path == w or path.startswith(w + ".") or path.startswith(w + "-") for w in writes)
                     for path in PATHS.findall(rest)):
            found.append((name, rest[:120]))
    return found


def a_run_changes_nothing_but_what_it_was_told_to():
    needs(shutil.which("strace"), "strace")
    put("e.log")
    with gzip.open("p.log.gz", "wt") as log:
        log.write(LOG.replace(":8000", ":9000"))
    here = os.getcwd()
    assert not strange(calls_of("-o", "html", "e.log", "p.log.gz"), [])
    assert not strange(calls_of("-", feed=LOG.encode()), [])
    assert not strange(calls_of("explain", "premature-close"), [])
    assert not strange(calls_of("-O", "page.html", "-o", "html", "e.log"), ["page.html", here + "/page.html"])
    state = [here + "/s.db"]
    for _ in range(2):
        assert not strange(calls_of("--cron", "--state", "s.db", "e.log"), state)
        put("e.log", LOG + LOG)
    assert not strange(calls_of("-f", "--state", "s.db", "e.log", seconds=1.5), state)
    assert not strange(calls_of("-f", "--poll", "e.log", seconds=1.5), [])


def programs_are_started_only_when_asked_for_and_without_a_shell():
    needs(shutil.which("strace"), "strace")
    put("e.log")
    hook = os.path.abspath("hook")
    put("hook", "", 0o755)
    shutil.copy("/bin/true", hook)
    calls = calls_of("--mail", "ops@example.com", "--sendmail", hook, "e.log")
    assert not strange(calls, [], [hook]), strange(calls, [], [hook])
    assert sum(name == "execve" for name, _ in calls) == 2
    # a word without a slash is looked for in the system's folders, whatever PATH says
    put("true", "#!/bin/sh\ntouch caught\n", 0o755)
    p = run("--mail", "ops@example.com", "--sendmail", "true", "e.log", env={"PATH": os.getcwd()})
    assert p.returncode == 0 and not os.path.exists("caught"), p.stderr


def without_a_place_for_it_the_state_lies_below_the_home():
    put("e.log")
    home = os.path.join(os.getcwd(), "home")
    os.mkdir(home, 0o700)
    user = {"user": STRANGER, "group": STRANGER, "extra_groups": []} if ROOT else {}
    if ROOT:
        os.chmod("..", 0o755)
        os.chmod(".", 0o755)
        os.chown(home, STRANGER, STRANGER)
    p = run("--cron", "e.log", env={"HOME": home}, **user)
    path = home + "/.local/state/why502"
    assert p.returncode == 0 and os.listdir(path) == ["state.db"], p.stderr
    assert os.stat(path).st_mode & 0o777 == 0o700 and os.stat(path + "/state.db").st_mode & 0o777 == 0o600
    p = run("--cron", "e.log", env={"HOME": home, "XDG_STATE_HOME": home + "/elsewhere"}, **user)
    assert os.listdir(home + "/elsewhere/why502") == ["state.db"], p.stderr


def a_hostile_environment_brings_nothing_in_where_rights_are_raised():
    """A setgid copy: why502 is never installed so, but then AT_SECURE is set."""
    needs(ROOT and shutil.which("strace"), "root or strace")
    put("e.log")
    os.chmod("..", 0o755)
    os.chmod(".", 0o755)
    trap = os.path.join(os.getcwd(), "trap")
    os.makedirs(trap + "/why502/catalogue.d")
    os.makedirs(trap + "/.config/why502/catalogue.d")
    for folder in ("/why502/catalogue.d", "/.config/why502/catalogue.d"):
        put(trap + folder + "/own.w5", "this is no catalogue\n")
    for name in ("evil.so", "libc.so.6", "gconv-modules", "UTC", "sendmail", "ja"):
        put(os.path.join(trap, name), "evil\n", 0o755)
    shutil.copy(WHY502, "raised")
    os.chown("raised", 0, 4242)
    os.chmod("raised", 0o2755)
    environment = {"LD_PRELOAD": trap + "/evil.so", "LD_LIBRARY_PATH": trap, "LD_AUDIT": trap + "/evil.so",
                   "GCONV_PATH": trap, "TMPDIR": trap, "XDG_CONFIG_HOME": trap, "XDG_STATE_HOME": trap,
                   "XDG_DATA_HOME": trap, "HOME": trap, "PATH": trap, "TZDIR": trap, "LOCPATH": trap, "TZ": trap + "/UTC",
                   "NLSPATH": trap + "/%N", "LANGUAGE": trap + "/ja", "SQLITE_TMPDIR": trap, "STATE_DIRECTORY": trap}
    p = subprocess.run(["strace", "-f", "-qq", "-u", "nobody", "-o", "trace", "-e", "trace=file", "./raised", "-q", "e.log"],
                       env=ENV, capture_output=True, text=True, timeout=60, check=False)
    needs(p.returncode == 0, "strace -u: " + p.stderr[-100:])
    os.remove("trace")
    words = [f"-E{name}={value}" for name, value in environment.items()]
    p = subprocess.run(["strace", "-f", "-qq", "-u", "nobody", "-o", "trace", "-e", "trace=file", *words, "./raised",
                        "-q", "e.log"], env=ENV, capture_output=True, text=True, timeout=60, check=False)
    assert p.returncode == 0, p.stderr
    with open("trace", encoding="utf-8", errors="replace") as file:
        opened = [line for line in file if trap in line and "execve" not in line]
    assert not opened, opened[:5]


# --- who runs it ---------------------------------------------------------------------------------------
def a_member_of_adm_reads_what_others_may_not():
    needs(ROOT, "root")
    adm = next((int(line.split(":")[2]) for line in open("/etc/group", encoding="ascii") if line.startswith("adm:")), None)
    needs(adm is not None, "a group adm")
    put("e.log", LOG, 0o640)
    os.chown("e.log", 0, adm)
    os.chmod("..", 0o755)
    os.chmod(".", 0o755)
    p = run("-o", "json", "e.log", user=STRANGER, group=STRANGER, extra_groups=[adm])
    assert p.returncode == 0 and json.loads(p.stdout)["upstream_errors"] == 20, p.stderr
    p = run("-o", "json", "e.log", user=STRANGER, group=STRANGER, extra_groups=[])
    assert p.returncode == 3 and "Permission denied" in p.stderr, p.stderr


def the_units_give_little_away():
    needs(shutil.which("systemd-analyze"), "systemd-analyze")
    for unit in ("why502.service", "why502-follow.service"):
        p = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20",
                            f"{TREE}/src/deliver/{unit}"], capture_output=True, text=True, timeout=60, check=False)
        level = re.search(r"exposure level for \S+: ([0-9.]+)", p.stdout)
        needs(level, "systemd-analyze security --offline")
        assert p.returncode == 0 and float(level[1]) <= 2.0, (unit, level[1])


TESTS = [t for name, t in list(globals().items())
         if callable(t) and name.count("_") >= 3 and t.__module__ == "__main__"]


def main():
    for test in TESTS:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            work = os.path.join(folder, "work")
            os.mkdir(work)
            os.chdir(work)
            try:
                test()
                print("ok", test.__name__, flush=True)
            except Skipped as what:
                print(f"skipped {test.__name__}: {what} is not here", flush=True)
            except Exception as why:  # a test that falls over has failed
                print(f"FAIL {test.__name__}: {type(why).__name__} {ascii(str(why))[:600]}", flush=True)
            os.chdir("/")


main()
