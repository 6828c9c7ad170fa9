"""Runs each coding agent through the gateway with a model whose provider speaks another protocol, also one that moves in the
middle, falls silent or finds the conversation too long, and checks that the file was edited, that no provider refused a
request, what they saw, and what was metered.

Arguments: the folder of the agents' programs, the folder to work in, our program, and words of the runs to do."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from agents import CHAT, MESSAGES, PROTOCOLS, RESPONSES, RUNS
from upstream import AFTER, ANOTHER, BEFORE, FILE, Upstream

CREDENTIAL = "sk-upstream-credential-of-ours"
SPOKEN = {CHAT: "openai-chat", RESPONSES: "openai-responses", MESSAGES: "anthropic-messages"}
AT_ONCE = 2
programs, folder, program = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
wanted = sys.argv[4:]  # all without any


class Gateway:
    """`crossmodel serve` on a fresh SQLite in `place`, with every provider played by `upstream`."""

    def __init__(self, upstream, place):
        self.database, self.key = place / "crossmodel.db", None
        self.log = open(place / "serve.log", "w")
        self.variables = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite://{self.database}",
            "CROSSMODEL_EGRESS_ALLOW": upstream.authority,
            "CROSSMODEL_LISTEN": "127.0.0.1:0",
            "CROSSMODEL_FIRST_BYTE_STREAM": "900",
            "UPSTREAM_CREDENTIAL": CREDENTIAL,
        }
        self.does("migrate")
        for provider, path in PROTOCOLS.items():
            reached = ["--base-url", f"http://{upstream.authority}/{provider}", "--protocol", SPOKEN[path]]
            self.does("provider", "set", provider, *reached, "--credential-env", "UPSTREAM_CREDENTIAL")
        self.does("account", "create", "Agents")
        self.does("credit", "add", "--account", "Agents", "--usd", "100", "--note", "to work with")
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

    def points(self, alias, target, keeps):
        """Has the alias lead there, and waits until that is so in the gateway."""
        words = f"{alias}={target}{' keep-name' if keeps else ''}"
        if not self.key:
            limits = ["--rpm", "none", "--tpm", "none"]
            self.key = self.does("key", "create", "--account", "Agents", "--name", "agent", *limits, "--alias", words)
            return
        self.does("alias", "set", "--key", "agent", words)
        time.sleep(3)

    def records(self):
        """Once they are written: what each call was and used, the oldest first."""
        time.sleep(2)
        connection = sqlite3.connect(self.database)
        columns = "requested, alias, model, status, prompt_tokens, completion_tokens, source, adapted"
        return connection.execute(f"SELECT {columns} FROM usage_record ORDER BY at, id").fetchall()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def work(number, run):
    """One agent at work. Answers what went wrong."""
    place = folder / f"run-{number}"
    project, home = place / "project", place / "home"
    project.mkdir(parents=True)
    home.mkdir()
    (project / FILE).write_text(BEFORE + "\n")
    (project / ANOTHER).write_text("Nothing of note.\n")

    def moved(turn):
        if turn < len(run.targets):
            gateway.points(run.alias, run.targets[turn], run.keeps)

    again = len(run.targets) > 1 or run.overflows
    upstream = Upstream(project, again, moved, run.silence, run.overflows)
    gateway = Gateway(upstream, place)
    try:
        gateway.points(run.alias, run.targets[0], run.keeps)
        status, took = start(run, gateway, upstream, place)
        records = gateway.records()
    finally:
        gateway.stop()
    (place / "seen.json").write_text(json.dumps([upstream.seen, upstream.refused], indent=1, default=str))
    wrong = check(status, project, upstream, records, gateway.key, run)
    called = [name for seen in upstream.seen for name, _ in seen["calls"]]
    thoughts = sum(len(seen["thoughts"]) for seen in upstream.seen)
    print(
        f"{'FAILED' if wrong else 'ok':7}{number} {run.name} -> {', '.join(run.targets)}: {len(upstream.seen)} calls, "
        f"tools {called}, {thoughts} thoughts came back, {took:.1f} s" + "".join(f"\n       {what}" for what in wrong),
        flush=True,
    )
    return wrong


def start(run, gateway, upstream, place):
    """Has the agent do it. Answers its exit status, and how long it took."""
    command, variables, files = run.start(gateway.url, gateway.key)
    for file, text in files.items():
        (place / "project" / file).write_text(text)
    command[0] = str(programs / command[0])
    home = place / "home"
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb", "NO_COLOR": "1", **variables}
    began = time.monotonic()
    with open(place / "agent.log", "w") as log:
        for command in [command, run.resume(command)] if run.resume else [command]:
            try:
                status = subprocess.run(
                    command,
                    cwd=place / "project",
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=150 + run.silence,
                ).returncode
            except subprocess.TimeoutExpired:
                status = f"none after {150 + run.silence} seconds"
            if status == 0:
                break
    return status, time.monotonic() - began


def check(status, project, upstream, records, key, run):
    wrong, seen = [], upstream.seen
    expect = lambda fact, what: None if fact else wrong.append(what)
    expect(status == run.exits, f"its exit status is {status}")
    text = (project / FILE).read_text()
    expect(text == AFTER + "\n", f"the file says {text!r}")
    wrong += [f"{one['provider']} refused: {one['why']}" for one in upstream.refused]
    expect(not upstream.silence and not upstream.overflows, "it was not silent, or not too long")
    expect(upstream.summaries == int(run.overflows), f"{upstream.summaries} summaries were asked for")
    asked = [f"{one['provider']}/{one['body']['model']}" for one in seen if one["calls"]]
    expect([*dict.fromkeys(asked)] == run.targets, f"turns with tools were asked of {asked}")
    for one in seen:
        headers = json.dumps(one["headers"])
        expect(one["path"] == PROTOCOLS[one["provider"]], f"{one['provider']} was asked at {one['path']}")
        expect(CREDENTIAL in headers, "a call came without our credential")
        expect(key not in headers + json.dumps(one["body"]), "the provider saw the client's key")
        expect(all(record[0] not in headers for record in records), "the provider saw the client's name for the model")
    tokens = sorted(one["usage"] for one in seen)
    metered = sorted((record[4], record[5]) for record in records if record[3] == 200)
    expect(metered == tokens, f"metered were {metered}, used were {tokens}")
    for requested, alias, model, status, *used, source, adapted in records:
        told = f"{requested} by {alias} to {model}: {status}, {used}, {source}, {adapted}"
        fine = (status == 200 and source == "provider") or (run.overflows and status == 400 and not any(used))
        fine |= run.retries and status == 499
        expect(alias and model in run.targets and fine, f"a record says {told}")
    thoughts = [back for one in seen for back in one["thoughts"]]
    fine = all(thoughts) and (len(thoughts) == 3 or not run.seals)
    expect(fine, f"thoughts came back, unchanged or not: {thoughts}")
    return wrong


def main():
    runs = [job for job in enumerate(RUNS, 1) if not wanted or any(word.lower() in job[1].name.lower() for word in wanted)]
    # The silent ones wait beside the others.
    runs.sort(key=lambda job: -job[1].silence)
    silent = sum(job[1].silence > 0 for job in runs)
    with ThreadPoolExecutor(silent + AT_ONCE) as pool:
        failed = sum(map(bool, pool.map(lambda job: work(*job), runs)))
    print(f"{failed} failed; what was seen is in {folder}" if failed else "All agents did their work.")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
