#!/usr/bin/python3
"""pages.py -- what a browser makes of the HTML report.

usage: python3 tests/pages.py WHY502 STORY...      (STORY: a folder of fixtures/incidents)

Each page is loaded by a headless Chromium at three widths in two colour schemes and on paper. A page
must not scroll sideways, no text may be cut off, every text must stand out from what is behind it by
4.5 : 1, nothing may be asked from outside, and the console must stay empty. Chromium is told what
to do through its debugging pipe (descriptors 3 and 4, messages end in NUL), so that nothing but
Python's own library is needed. Without Chromium there is nothing to test.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "ja", "ko")
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars
--disable-background-networking --disable-component-update --disable-sync
--remote-debugging-pipe""".split()
HOSTILE = b"""</title></style></code><script>document.title='owned'</script><img src=x onerror=alert(1)>"""

# What is wider than the page, what is cut off, and what is too faint; the page itself has no script.
LOOK = r"""
(() => {
  const faults = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) faults.push('scrolls sideways: ' + page.scrollWidth);
  const luminance = c => {
    const f = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]);
  };
  const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0.5) return c;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.data.trim() || box.width === 0 || element.closest('title')) continue;
    if (element.closest('.skip')) continue;
    const what = node.data.trim().slice(0, 30);
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.left < -1 || text.right > innerWidth + 1) faults.push('cut off: ' + what);
    const style = getComputedStyle(element);
    const ink = parse(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faults.push('contrast ' + ratio.toFixed(2) + ': ' + what);
  }
  if (document.scripts.length) faults.push('has a script');
  if (document.title === 'owned') faults.push('a script ran');
  return [...new Set(faults)].slice(0, 5);
})()
"""


class Browser:
    def __init__(self, program, profile):
        here_read, there_write = os.pipe()
        there_read, here_write = os.pipe()
        command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec 3<&{there_read} 4>&{there_write}; exec "$@"', "sh", *command],
            pass_fds=(there_read, there_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(there_read)
        os.close(there_write)
        self.out, self.rest, self.fd, self.number, self.events = here_write, b"", here_read, 0, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if hasattr(self, "session"):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["result"]
            self.events.append(answer)

    def read(self):
        while b"\0" not in self.rest:
            piece = os.read(self.fd, 1 << 16)
            if not piece:
                raise RuntimeError("Chromium went away")
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.read())

    def close(self):
        os.close(self.out)
        self.process.terminate()
        self.process.wait()


def complaints(browser, path, width, scheme, paper):
    """Loads a page once and looks at it."""
    browser.events.clear()
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1,
                mobile=width < 500)
    browser.ask("Emulation.setEmulatedMedia", media="print" if paper else "",
                features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Page.navigate", url="file://" + path)
    browser.wait("Page.loadEventFired")
    faults = browser.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)["result"]["value"]
    for event in browser.events:
        if event.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled"):
            faults.append("console: " + json.dumps(event["params"])[:200])
        if event.get("method") == "Network.requestWillBeSent":
            url = event["params"]["request"]["url"]
            if url != "file://" + path:
                faults.append("asks for " + url[:100])
    return list(dict.fromkeys(faults))[:5]


def story_arguments(folder):
    truth = json.load(open(os.path.join(folder, "truth.json")))
    return truth["args"] + [x for c in truth["config"] for x in ("--config", c)]


def pages(program, folders, target):
    """A page a story and language, and one of a log full of vectors."""
    for folder in folders:
        for language in LANGUAGES:
            name = os.path.join(target, f"{os.path.basename(folder)}-{language}.html")
            command = [program, *story_arguments(folder), "-o", "html", "--lang", language]
            yield name, command, folder
    log = os.path.join(target, "hostile.log")
    line = (b'2026/11/20 10:00:0%d [error] 7#7: *1 connect() failed (111: Connection refused) while connecting '
            b'to upstream, client: 10.0.0.1, server: %s, request: "GET /%s HTTP/1.1", upstream: '
            b'"http://127.0.0.1:8000/%s", host: "%s"\n')
    with open(log, "wb") as file:
        for second in range(6):
            file.write(line % (second, HOSTILE, HOSTILE, HOSTILE, HOSTILE))
    yield os.path.join(target, "hostile.html"), [program, log, "-o", "html"], target


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("ok (no Chromium here)")
        return 0
    program, folders = os.path.abspath(sys.argv[1]), sys.argv[2:]
    failed = False
    with tempfile.TemporaryDirectory() as target:
        browser = Browser(chromium, os.path.join(target, "profile"))
        for domain in ("Page", "Network", "Log", "Runtime"):
            browser.ask(domain + ".enable")
        for name, command, folder in pages(program, folders, target):
            with open(name, "wb") as file:
                subprocess.run(command, cwd=folder, stdout=file, check=False)
            views = [(w, s, False) for w in WIDTHS for s in SCHEMES] + [(768, "light", True)]
            for width, scheme, paper in views:
                view = f"{os.path.basename(name)} {width} {'paper' if paper else scheme}"
                faults = complaints(browser, name, width, scheme, paper)
                print(f"FAIL {view}: {'; '.join(faults)}" if faults else f"ok {view}")
                failed |= bool(faults)
                if os.environ.get("SHOTS"):
                    shot = browser.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                    file = os.path.join(os.environ["SHOTS"], view.replace(" ", "-") + ".png")
                    open(file, "wb").write(base64.b64decode(shot))
        browser.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
