"""contract.py -- what any JSON report promises (the schema why502/1), whatever the logs were.

problems(report) lists what is broken: keys that other programs rely on, words out of closed lists,
sums, the order of incidents and remedies, holes of the catalogue that nobody filled.
"""
import json
import re

KEYS = {
    "report": "schema version generated_at window sandbox status verdict lines bytes outside_window "
              "upstream_errors forged sources classes codes kinds look_alikes background incidents "
              "incidents_folded blind_spots",
    "source": "name format lines understood not_understood cut forged events first last timezone "
              "timezone_from shift_s error",
    "incident": "id severity start end over over_by upstream upstreams pattern classes codes kinds statuses "
                "requests_failed requests servers cause chain alternatives evidence remedies would_settle",
    "cause": "id title confidence score explains summary",
    "evidence": "time precision_s host source line count kind role text",
    "remedy": "id rank title documents_rank grade state why change commands verify undo risk",
    "change": "file line setting now to",
    "settle": "source why command",
}
WORDS = {
    "timezone_from": {"stamp", "option", "config", "access-log", "inferred", "host"},
    "severity": {"error", "warning"},
    "confidence": {"proven", "likely", "possible", "unknown"},
    "role": {"for", "against", "context"},
    "state": {"advised", "in-place", "no-help", "harmful"},
    "documents_rank": {None, "0", "1", "1b", "2", "3", "4", "5", "6", "7", "B1", "B2"},
    "settle": {"nginx-error", "nginx-access", "app", "systemd", "kernel", "mysql-error", "mysql-slow",
               "alb", "config"},
}
STATES = ["advised", "in-place", "no-help", "harmful"]
NO_UPSTREAM_ERROR = {"peer-disabled", "upstream-5xx"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def keys(kind, thing):
    return [f"{kind} has no {key}" for key in KEYS[kind].split() if key not in thing]


def word(kind, value):
    return [] if value in WORDS[kind] else [f"{kind} {value!r}"]


def of_change(remedy, change):
    yield from keys("change", change)
    hole = re.search(r"\{[a-z_]+\}", json.dumps([change["file"], change["to"]]))
    if hole:
        yield f"{remedy['id']}: {hole.group()} is not filled"
    if remedy["state"] == "advised" and change["now"] is not None and change["now"] == change["to"]:
        yield f"{remedy['id']}: {change['setting']} is {change['to']} already"


def of_remedies(remedies):
    states = [STATES.index(remedy["state"]) for remedy in remedies]
    if states != sorted(states) or [r["rank"] for r in remedies] != list(range(1, len(remedies) + 1)):
        yield "remedies are out of order"
    for remedy in remedies:
        yield from keys("remedy", remedy)
        yield from word("state", remedy["state"])
        yield from word("documents_rank", remedy["documents_rank"])
        for change in remedy["change"]:
            yield from of_change(remedy, change)
        for command in remedy["commands"]:
            if re.search(r"(?<![%$'])\{[a-z_]+\}", command):
                yield f"{remedy['id']}: a hole in '{command}'"


def of_incident(incident):
    yield from keys("incident", incident)
    yield from keys("cause", incident["cause"])
    yield from word("severity", incident["severity"])
    yield from word("confidence", incident["cause"]["confidence"])
    yield from of_remedies(incident["remedies"])
    if not re.fullmatch("[0-9a-f]{16}", incident["id"]):
        yield f"id {incident['id']}"
    if not all(TIME.fullmatch(incident[key]) for key in ("start", "end")):
        yield f"times {incident['start']} {incident['end']}"
    for line in incident["evidence"]:
        yield from keys("evidence", line)
        yield from word("role", line["role"])
    for settle in incident["would_settle"]:
        yield from keys("settle", settle)
        yield from word("settle", settle["source"])


def place(incident):
    """Going on first, then severity, requests failed, start."""
    return (incident["over"] is not False, incident["severity"] != "error",
            -incident["requests_failed"], incident["start"])


def of_report(report):
    yield from keys("report", report)
    for source in report["sources"]:
        yield from keys("source", source)
        if source["timezone"] is not None:
            yield from word("timezone_from", source["timezone_from"])
    if report["lines"] != sum(source["lines"] for source in report["sources"]):
        yield "lines of the sources do not sum to lines"
    errors = sum(n for name, n in report["classes"].items() if name not in NO_UPSTREAM_ERROR)
    if report["upstream_errors"] != errors:
        yield f"upstream_errors {report['upstream_errors']}, by class {errors}"
    incidents = report["incidents"]
    if incidents != sorted(incidents, key=place):
        yield "incidents are out of order"
    worst = "warning" if report["background"] else "ok"
    if incidents:
        worst = "error" if any(i["severity"] == "error" for i in incidents) else "warning"
    if report["status"] != worst:
        yield f"status {report['status']}, should be {worst}"
    for incident in incidents:
        if "evidence" in incident:
            yield from of_incident(incident)


def problems(report):
    return list(of_report(report))
