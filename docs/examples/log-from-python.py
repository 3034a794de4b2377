"""Writes events into Varve's record from Python, without any package: many through the command line, single ones over the local API."""
import json
import os
import subprocess
import urllib.request


def append(events):
    """Needs no running Varve. One JSON line per event, in order; returns what was added. A bad line is named and raises."""
    lines = "".join(json.dumps(event, allow_nan=False) + "\n" for event in events)
    done = subprocess.run(["varve", "log", "append", "--jsonl", "-", "--json"], input=lines, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def post(event):
    """Needs `varve serve` (or the desktop program) and a token of scope append in VARVE_TOKEN. Durable when it returns."""
    request = urllib.request.Request(
        os.environ.get("VARVE_URL", "http://127.0.0.1:7340") + "/log/events",
        data=json.dumps(event, allow_nan=False).encode("utf-8"),
        headers={"content-type": "application/json", "authorization": "Bearer " + os.environ["VARVE_TOKEN"]},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


if __name__ == "__main__":
    epochs = [{"action": "app.epoch", "category": "experiment", "subject": "run:42", "payload": {"epoch": i, "loss": 1 / (i + 1)}} for i in range(3)]
    print("entries", append(epochs)["first"], "to", append(epochs[:1])["last"])
    if "VARVE_TOKEN" in os.environ:
        print("entry", post({"action": "app.finished", "category": "experiment", "subject": "run:42", "payload": {"epochs": 3}})["seq"])
