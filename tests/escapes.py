"""escapes.py -- hostile bytes leave every output tamed. usage: python3 tests/escapes.py WHY502

Lines of nginx and gunicorn with everything that an outsider can write into a log (each byte, C1
and bidi code points, cut and overlong UTF-8, terminal sequences, HTML, Markdown, format strings)
go through every output format. What leaves must be valid UTF-8 without a control or format
character, parse as what it claims to be, and hold no element that the log brought along.
Prints "ok NAME" or "FAIL NAME: why".
"""
import email
import email.policy
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

WHY502 = str(pathlib.Path(sys.argv[1]).absolute())

LINE = (
    b'2026/11/20 14:00:%02d [error] 7#7: *%d connect() failed (111: Connection refused) while '
    b'connecting to upstream, client: 203.0.113.9, server: example.com, request: "GET /%s HTTP/1.1", '
    b'upstream: "http://127.0.0.1:8000/%s", host: "%s", referrer: "http://%s"\n'
)
APP = b"[2026-11-20 14:00:%02d +0000] [7] [ERROR] Error handling request /%s\n"
APP_TRACE = b'Traceback (most recent call last):\n  File "/srv/%s.py", line 1, in x\nValueError: %s\n'

# No log text may show up as one of these: what a terminal, a browser or a reader would obey.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def payloads():
    yield from (bytes([b]) for b in range(256) if b != 10)
    yield from (chr(c).encode() for c in [*range(0x80, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010)])
    yield from (chr(c).encode() for c in [*range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
    yield from (chr(c).encode() for c in [0xE0001, 0xE0041, 0xE0100, 0xFFF9, 0x3164, 0xE000])
    yield from [
        b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe3\x81", b"\xf0\x9f",
        b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x1bP1$r\x1b\\", b"\x9b31m", b"\x1b]8;;http://x\x1b\\y",
        b"e" + b"\xcc\x81" * 200, b"\xe2\x80\x8d" * 50,
        b"<script>alert(1)</script>", b"<img src=x onerror=alert(1)>", b"'\"><svg/onload=alert(1)>",
        b"</style><b>", b"--!><b>", b"]]><b>", b"javascript:alert(1)", b"&lt;b&gt;&#60;b&#62;",
        b"[x](javascript:alert(1))", b"![x](http://x/y.png)", b"`" * 7 + b"<b>" + b"`" * 3, b"|a|b|",
        b"# heading", b"%n%s%x%p", b"'); DROP TABLE x;--", b"$(id)`id`;id|id", b"~!id", b".", b"From me",
        b"\r\nBcc: evil@example.net", b"=?utf-8?q?=0aBcc:_x?=", b"\\u001b[31m", b"\\x1b[31m",
    ]


def write_logs(folder):
    with open(folder / "error.log", "wb") as nginx, open(folder / "gunicorn.log", "wb") as app:
        for n, text in enumerate(payloads()):
            second = n % 60
            nginx.write(LINE % (second, n + 1, text, text, text, text))
            app.write(APP % (second, text))
            app.write(APP_TRACE % (text, text))


def run(arguments, folder):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(folder),
                   "SOURCE_DATE_EPOCH": "1795183200"}
    if "ASAN_OPTIONS" in os.environ:
        environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
    return subprocess.run([WHY502, *arguments], cwd=folder, env=environment, timeout=120,
                          stdin=subprocess.DEVNULL, capture_output=True)


def tame(data, name):
    text = data.decode("utf-8")  # a UnicodeDecodeError is a finding
    found = FORBIDDEN.search(text)
    if found:
        at = found.start()
        raise ValueError(f"{name} shows U+{ord(found[0]):04X} raw near {text[max(0, at - 40):at]!r}")
    return text


def no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key occurs twice in {keys}")
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def strict_json(text):
    return json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant)


class Page(html.parser.HTMLParser):
    """Notes what the page brings in: it may bring in nothing, and nothing active."""

    BAD_TAGS = {"script", "iframe", "object", "embed", "img", "link", "base", "form", "audio", "video"}

    def __init__(self):
        super().__init__()
        self.findings = []

    def handle_starttag(self, tag, attributes):
        if tag in self.BAD_TAGS:
            self.findings.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcset", "action", "formaction"):
                self.findings.append(f"{name}={value!r}")
            if name in ("href", "xlink:href") and not (value or "").startswith(("#", "https://")):
                self.findings.append(f"{name}={value!r}")


def check_html(text):
    page = Page()
    page.feed(text)
    if page.findings:
        raise ValueError(f"the page holds {page.findings[:3]}")
    if not re.search(r'<meta charset="?utf-8"?>', text[:1024], re.IGNORECASE):
        raise ValueError("no charset in the first 1024 bytes")
    if "default-src 'none'" not in text:
        raise ValueError("no Content-Security-Policy")


def check_events(text):
    for line in text.splitlines():
        strict_json(line)


def check_mail(data):
    if any(len(line) > 998 for line in data.splitlines()):
        raise ValueError("a line of more than 998 bytes")
    head, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    if b"bcc:" in head.lower():
        raise ValueError("a header was injected")
    for line in body.split(b"\n"):
        if line.startswith((b"~", b"From ")) or line == b"." or len(line) > 76:
            raise ValueError(f"a body line {line[:40]!r}")
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            check_html(part.get_content())
        if part.get_content_maintype() == "text":
            tame(part.get_content().replace("\r\n", "\n").encode(), "mail")


def check_metrics(text):
    sample = re.compile(r'[a-z0-9_]+(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)*\})? [-+.0-9eE]+( [0-9.]+)?')
    for line in text.splitlines():
        if not line.startswith("#") and not sample.fullmatch(line):
            raise ValueError(f"the line {line[:80]!r}")


CHECKS = {
    "text": None,
    "short": None,
    "json": strict_json,
    "events": check_events,
    "html": check_html,
    "markdown": None,
    "mail": None,
    "metrics": check_metrics,
}


def check_output(name, check, folder, options):
    result = run(["-o", name, *options, "error.log", "gunicorn.log"], folder)
    if result.returncode not in (0, 3):
        raise ValueError(f"status {result.returncode}: {result.stderr[-200:]!r}")
    tame(result.stderr, "standard error")
    if not result.stdout:
        raise ValueError("nothing was printed")
    if name == "mail":
        check_mail(result.stdout)
        tame(result.stdout.replace(b"\r\n", b"\n"), name)
        return
    text = tame(result.stdout, name)
    if check:
        check(text)


def check_messages(folder):
    """File names, options and zones are text of others too."""
    for text in (b"\x1b[31m", b"a\nb", "\u202e".encode(), b"\xff", b"%n%s"):
        for arguments in ([text], [b"-o", text], [b"--tz", text, b"error.log"], [b"--since", text],
                          [b"--config", text, b"error.log"], [b"--" + text], [b"explain", text]):
            result = run(arguments, folder)
            tame(result.stdout, "standard output")
            tame(result.stderr, "standard error")


def attempt(name, test, *arguments):
    try:
        test(*arguments)
        print(f"ok {name}")
    except (ValueError, OSError, subprocess.TimeoutExpired) as error:
        print(f"FAIL {name}: {ascii(str(error))}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_logs(folder)
        for output, check in CHECKS.items():
            for options in (["--redact", "none"], ["--redact", "all", "-v"], ["--color", "never", "--width", "41"]):
                attempt(f"{output} {' '.join(options)}", check_output, output, check, folder, options)
        attempt("messages", check_messages, folder)


main()
