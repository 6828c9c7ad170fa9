"""Runs each coding agent through the gateway with a model whose provider speaks another protocol, and checks that the file
was edited, what the provider saw, and what was metered.

Arguments: the folder of the agents' programs, the folder to work in, our program, and words of the runs to do."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from agents import RUNS
from upstream import AFTER, ANOTHER, BEFORE, FILE, Upstream

CREDENTIAL = "sk-upstream-credential-of-ours"
programs, folder, program = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
wanted = sys.argv[4:]  # all without any


class Gateway:
    """`crossmodel serve` on a fresh SQLite, with every provider played by `upstream`."""

    def __init__(self, upstream):
        self.database = folder / "crossmodel.db"
        self.log = open(folder / "serve.log", "w")
        self.variables = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite://{self.database}",
            "CROSSMODEL_EGRESS_ALLOW": upstream.authority,
            "CROSSMODEL_LISTEN": "127.0.0.1:0",
            "UPSTREAM_CREDENTIAL": CREDENTIAL,
        }
        self.does("migrate")
        for provider, protocol in [
            ("deepseek", "openai-chat"),
            ("openai", "openai-responses"),
            ("anthropic", "anthropic-messages"),
        ]:
            reached = ["--base-url", f"http://{upstream.authority}", "--protocol", protocol]
            self.does("provider", "set", provider, *reached, "--credential-env", "UPSTREAM_CREDENTIAL")
        self.does("account", "create", "Agents")
        self.process = subprocess.Popen(
            [program, "serve"], env=self.variables, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        for line in self.process.stdout:
            if line.startswith("Gateway: "):
                self.url = line.split()[1].removesuffix("/v1").rstrip("/")
                break
        urllib.request.urlopen(f"{self.url}/readyz", timeout=5).close()

    def does(self, *arguments):
        return subprocess.run(
            [program, *arguments], env=self.variables, check=True, capture_output=True, text=True
        ).stdout.strip()

    def records(self, since):
        """Once they are written: model, status, tokens in and out of each call, the oldest first."""
        time.sleep(2)
        connection = sqlite3.connect(self.database)
        columns = "requested, alias, model, status, prompt_tokens, completion_tokens, source"
        return connection.execute(
            f"SELECT {columns} FROM usage_record ORDER BY at, id LIMIT -1 OFFSET ?", (since,)
        ).fetchall()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def run(number, gateway, upstream, since, name, start, alias, target, path, seals):
    """One agent at work. Answers what went wrong, and how many records there are."""
    project, home = folder / f"project-{number}", folder / f"home-{number}"
    project.mkdir()
    home.mkdir()
    (project / FILE).write_text(BEFORE + "\n")
    (project / ANOTHER).write_text("Nothing of note.\n")
    key = gateway.does(
        "key", "create", "--account", "Agents", "--name", f"run {number}", "--alias", f"{alias}={target}"
    )
    command, variables, files = start(gateway.url, key)
    for file, text in files.items():
        (project / file).write_text(text)
    upstream.begins(project)
    command[0] = str(programs / command[0])
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb", "NO_COLOR": "1", **variables}
    with open(folder / f"run-{number}.log", "w") as log:
        began = time.monotonic()
        try:
            status = subprocess.run(
                command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=120
            ).returncode
        except subprocess.TimeoutExpired:
            status = "none after two minutes"
        took = time.monotonic() - began
    (folder / f"seen-{number}.json").write_text(json.dumps(upstream.seen, indent=1, default=str))
    records = gateway.records(since)
    target = target.split()[0]
    wrong = check(status, project, upstream.seen, records, key, target, path)
    called = [name for seen in upstream.seen for name, _ in seen["calls"]]
    thoughts = [back for seen in upstream.seen for back in seen["thoughts"]]
    if not all(thoughts) or (seals and len(thoughts) != 3):
        wrong.append(f"thoughts came back, unchanged or not: {thoughts}")
    print(
        f"{'FAILED' if wrong else 'ok':7}{name} -> {target} at {path}: {len(upstream.seen)} calls, tools {called}, "
        f"{len(thoughts)} thoughts came back, {took:.1f} s",
        flush=True,
    )
    for what in wrong:
        print(f"       {what}", flush=True)
    return wrong, since + len(records)


def check(status, project, seen, records, key, target, path):
    wrong = []
    expect = lambda fact, what: None if fact else wrong.append(what)
    expect(status == 0, f"its exit status is {status}")
    text = (project / FILE).read_text()
    expect(text == AFTER + "\n", f"the file says {text!r}")
    expect([call for one in seen for call in one["calls"]], "no tool was called")
    upstream_model = target.split("/", 1)[1]
    for one in seen:
        headers = json.dumps(one["headers"])
        expect(one["path"] == path, f"the provider was asked at {one['path']}")
        expect(one["body"]["model"] == upstream_model, f"the provider was asked for {one['body']['model']}")
        expect(CREDENTIAL in headers, "a call came without our credential")
        expect(key not in headers + json.dumps(one["body"]), "the provider saw the client's key")
        expect(all(record[0] not in headers for record in records), "the provider saw the client's name for the model")
    tokens = sorted(one["usage"] for one in seen)
    metered = sorted((record[4], record[5]) for record in records)
    expect(metered == tokens, f"metered were {metered}, used were {tokens}")
    for requested, alias, model, status, *_, source in records:
        told = f"{requested} by {alias} to {model}: {status}, {source}"
        expect(alias and model == target and status == 200 and source == "provider", f"a record says {told}")
    return wrong


def main():
    upstream = Upstream()
    gateway = Gateway(upstream)
    failed = since = 0
    try:
        for number, job in enumerate(RUNS, 1):
            if wanted and not any(word.lower() in job[0].lower() for word in wanted):
                continue
            wrong, since = run(number, gateway, upstream, since, *job)
            failed += bool(wrong)
    finally:
        gateway.stop()
    print(f"{failed} failed; what was seen is in {folder}" if failed else "All agents did their work.")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
