#!/usr/bin/python3
"""explain.py -- every id has a page of its own in three languages.

Usage: WHY502=<binary> explain.py
Prints "ok LANGUAGE" or "FAIL LANGUAGE: why". A page in Japanese or Korean tells its prose in that
script; no two ids share a page.
"""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

WHY502 = os.environ.get("WHY502", ".build/why502")
SCRIPT = {"en": r"[a-z]{3}", "ja": r"[\u3040-\u30ff]", "ko": r"[\uac00-\ud7a3]"}


def tell(*arguments):
    done = subprocess.run([WHY502, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


def ids():
    found = set()
    for what in ("classes", "causes", "remedies"):
        status, text = tell("list", what)
        assert status == 0, what
        found |= set(re.findall(r"^  ([a-z][a-z0-9-]+)(?=  |$)", text, re.M))
    return sorted(found)


def problem(name, language):
    status, page = tell("explain", "--lang", language, name)
    if status != 0:
        return f"{name}: exit status {status}", page
    words = [line for line in page.split("\n") if re.search(SCRIPT[language], line)]
    return (f"{name}: {len(words)} lines of prose" if len(words) < 4 else None), page


def main():
    names = ids()
    assert len(names) > 140, f"only {len(names)} ids are listed"
    for language in SCRIPT:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            told = list(pool.map(lambda name: problem(name, language), names))
        wrong = [why for why, _ in told if why]
        if len({page for _, page in told}) < len(names):
            wrong.append("two ids share a page")
        print(f"FAIL {language}: {'; '.join(wrong)}" if wrong else f"ok {language}: {len(names)} pages")


main()
