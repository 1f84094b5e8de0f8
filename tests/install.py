"""install.py -- what `make install` puts down works from there, and `make uninstall` takes it away.
usage: python3 tests/install.py MAKE BUILD-FOLDER VERSION

Installs below BUILD-FOLDER/install as DESTDIR. The library's example in README is compiled with what
pkg-config says and run; the manual pages pass `mandoc -T lint`; bash, zsh and fish complete words in
a terminal of their own; two tarballs of the last commit are equal. What this machine lacks (mandoc, zsh, fish) is told and left out.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

MAKE, BUILD, VERSION = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3]
ROOT = BUILD + "/install"
USR = ROOT + "/opt/why502"
WANTED = """bin/why502 lib/libwhy502.a lib/pkgconfig/why502.pc include/why502/engine.h
include/why502/base/str.h share/man/man1/why502.1 share/man/man5/why502-catalogue.5
share/man/man7/why502-causes.7 share/bash-completion/completions/why502
share/zsh/site-functions/_why502 share/fish/vendor_completions.d/why502.fish
lib/systemd/system/why502.service lib/systemd/system/why502.timer
lib/systemd/system/why502-follow.service lib/systemd/system/why502-mail.service share/doc/why502/why502.cron
share/doc/why502/catalogue/causes.w5""".split()


def tell(name, why=None):
    print(f"FAIL {name}: {why}" if why else f"ok {name}", flush=True)


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=120, **more)


def files():
    return sorted(os.path.relpath(os.path.join(folder, name), USR)
                  for folder, _, names in os.walk(ROOT) for name in names)


def make(goal):
    return run(MAKE, "--no-print-directory", goal, "DESTDIR=" + ROOT, "PREFIX=/opt/why502")


def installed():
    done = make("install")
    there = files()
    missing = [name for name in WANTED if name not in there]
    tell("everything is installed", done.stderr if done.returncode else missing and f"no {missing}")
    stray = [name for name in there if "/usr/local" in open(f"{USR}/{name}", "rb").read().decode("latin-1")
             and name.startswith(("lib/systemd", "share/doc/why502/why502.cron"))]
    tell("units name the installed program", stray)


def page_of(name):
    return f"{USR}/share/man/man{name[-1]}/{name}"


def manual():
    options = re.findall(r'^X\([^"]*"([a-z-]+)"', open("src/cli/options.def").read(), re.M)
    text = re.sub(r"\\f.", "", open(page_of("why502.1")).read().replace("\\-", "-"))
    missing = [o for o in options if not re.search(rf"--{o}\b", text)]
    tell("the manual page has every option", missing and f"not {missing}")
    causes = re.findall(r"^-- (?:cause|remedy) (\S+)", open("src/catalogue/data/causes.w5").read() +
                        open("src/catalogue/data/remedies.w5").read(), re.M)
    text = open(page_of("why502-causes.7")).read().replace("\\-", "-")
    missing = [c for c in causes if f"\n.SS {c}\n" not in text]
    tell("why502-causes(7) has every cause and remedy", missing and f"not {missing}")
    for name in "why502.1", "why502-catalogue.5", "why502-causes.7":
        if not open(page_of(name)).read().count(f'"why502 {VERSION}"'):
            tell(name, "another version")
        elif not shutil.which("mandoc"):
            print(f"there is no mandoc; {name} was not checked")
        else:
            lint = run("mandoc", "-T", "lint", page_of(name))
            tell(f"{name} is clean", lint.stdout + lint.stderr)


def library():
    code = re.search(r"^```c example\n(.*?)^```", open("README.md").read(), re.M | re.S)
    with open(BUILD + "/why.c", "w") as f:
        f.write(code.group(1))
    flags = run("pkg-config", "--define-variable=prefix=" + USR, "--cflags", "--libs", "why502",
                env={**os.environ, "PKG_CONFIG_PATH": USR + "/lib/pkgconfig"})
    cc = run(os.environ.get("CC", "cc"), "-Wall", "-Wextra", "-Werror", "-o", BUILD + "/why", BUILD + "/why.c",
             *flags.stdout.split())
    tell("README's program compiles against what is installed", flags.stderr + cc.stderr)
    if cc.returncode:
        return
    story = "fixtures/incidents/two-causes/"
    out = run(BUILD + "/why", story + "error.log", story + "gunicorn.log").stdout.split()
    tell("README's program names the causes",
         "gunicorn-worker-timeout" not in out and f"it prints {out}")


def typed(shell, before, keys, wanted):
    """What a terminal shows after `keys` are typed into a shell, up to what is wanted."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(PS1="READY> ", TERM="dumb", HOME=BUILD, HISTFILE="/dev/null")
        os.execvp(shell[0], shell)
    seen = b""

    def wait(text, seconds=10):
        nonlocal seen
        end = time.time() + seconds
        while time.time() < end and text not in seen:
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    seen += os.read(fd, 65536)
                except OSError:
                    return
    os.write(fd, before.encode() + b"\necho be''gun\n")
    wait(b"begun")
    seen = b""
    os.write(fd, keys.encode())
    wait(wanted.encode(), 5)
    os.write(fd, b"\x03\x04exit\n")
    os.close(fd)
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    return seen.decode("utf-8", "replace").replace("\x07", "")


TYPED = [  # keys, what the line becomes or what is offered
    ("why502 --foll\t", "--follow"),
    ("why502 -o mark\t", "markdown"),
    ("why502 --color=al\t", "always"),
    ("why502 expl\t", "explain"),
    ("why502 explain gunicorn-worker-t\t", "gunicorn-worker-timeout"),
    ("why502 list reme\t", "remedies"),
    ("why502 catalogue te\t", "test"),
]


def bash():
    script = USR + "/share/bash-completion/completions/why502"
    for keys, wanted in TYPED:
        seen = typed(["bash", "--norc", "--noprofile", "-i"], f"source {script}", keys, wanted)
        tell(f"bash completes {keys.strip()!r}", wanted not in seen and repr(seen))
    seen = typed(["bash", "--norc", "--noprofile", "-i"], f"source {script}; cd {ROOT}", "why502 op\t", "opt/")
    tell("bash completes files", "opt/" not in seen and repr(seen))


def zsh():
    if not shutil.which("zsh"):
        print("there is no zsh; its completion was not tried")
        return
    before = f"fpath=({USR}/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D"
    for keys, wanted in TYPED:
        seen = typed(["zsh", "-f", "-i"], before, keys, wanted)
        tell(f"zsh completes {keys.strip()!r}", wanted not in seen and repr(seen))


def fish():
    if not shutil.which("fish"):
        print("there is no fish; its completion was not tried")
        return
    for keys, wanted in TYPED:
        out = run("fish", "--no-config", "-c", f"source {USR}/share/fish/vendor_completions.d/why502.fish;"
                  f"complete -C '{keys.strip()}'", env={**os.environ, "HOME": BUILD})
        words = out.stdout
        tell(f"fish completes {keys.strip()!r}", (wanted not in words or out.stderr) and repr(words + out.stderr))


def uninstalled():
    done = make("uninstall")
    left = files()
    tell("uninstall takes everything away", done.stderr if done.returncode else left and f"left {left}")
    own = [d for d in ("include/why502", "share/doc/why502") if os.path.exists(f"{USR}/{d}")]
    tell("uninstall takes its own folders away", own and f"left {own}")


def tarball():
    if run("git", "rev-parse", "--verify", "HEAD").returncode:
        print("there is no repository; the tarball was not made")
        return
    sums = []
    for name in "one", "two":
        run(MAKE, "--no-print-directory", "dist", f"BUILD={BUILD}/dist-{name}")
        with open(f"{BUILD}/dist-{name}/why502-{VERSION}.tar.gz.sha256") as f:
            sums.append(f.read())
        time.sleep(1.1 if name == "one" else 0)
    tell("two tarballs are one", sums[0] != sums[1] and f"{sums}")


shutil.rmtree(ROOT, ignore_errors=True)
installed()
manual()
library()
bash()
zsh()
fish()
tarball()
uninstalled()
