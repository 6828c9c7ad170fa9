"""A provider on loopback that has a coding agent look at a file, edit it, and say that it is done, with whatever tools the
agent offers. It speaks the protocol of the address that it is asked at, refuses what the real provider of that name refuses,
and remembers what it was sent."""

import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import speech
import strict

FILE, ANOTHER = "greeting.txt", "notes.txt"
BEFORE, AFTER = "Hello, wrold!", "Hello, world!"
PATCH = f"*** Begin Patch\n*** Update File: {FILE}\n@@\n-{BEFORE}\n+{AFTER}\n*** End Patch\n"
SUMMARY = f"<summary>The typo in {FILE} was to be fixed. Whether it is has to be looked at.</summary>"
SUMMARIZES = ["detailed summary of the conversation", "context checkpoint compaction", "anchored summary"]


class Upstream:
    """Runs until the program ends. Each provider has the address of its name: `/deepseek/chat/completions`.

    `moved` is called after each turn that asks for tools, with its number, before the turn is told; `silence` is how many
    seconds nothing comes before the second turn; and with `overflows` the third turn is first refused as too long."""

    def __init__(self, project, again=False, moved=None, silence=0, overflows=False):
        self.seen, self.refused = [], []
        self.project, self.again, self.moved, self.silence, self.overflows = project, again, moved, silence, overflows
        self.turns = self.summaries = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                provider, path = self.path.lstrip("/").split("/", 1)
                answer = outer.answer(provider, f"/{path}", dict(self.headers), body, self.has_left)
                if answer is None:
                    self.close_connection = True
                    return
                status, kind, answer = answer
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

            def has_left(self):
                """Whether the gateway has hung up."""
                readable, _, _ = select.select([self.connection], [], [], 0)
                return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.authority = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, provider, path, headers, body, has_left):
        """The status, the type and the body; nothing if the gateway has hung up in the meantime."""
        refusal = strict.refusal(provider, headers, body)
        if refusal:
            self.refused.append({"why": refusal, "provider": provider, "headers": headers, "body": body})
            return refused(provider, *refusal)
        tools, results, thoughts = speech.asked(provider, path, body)
        with self.lock:
            at_work = tools and not self.summarizes(body)
            overflows = at_work and results == 3 and self.overflows
            silence = self.silence if at_work and results == 2 else 0
            self.overflows, self.silence = self.overflows and not overflows, 0 if silence else self.silence
            if overflows:
                return refused(provider, *strict.OVERFLOWS[provider])
        time.sleep(silence)
        if has_left():
            return None
        with self.lock:
            turn = len(self.seen)
            usage = (1000 + 7 * turn, 50 + turn)
            summarizes = self.summarizes(body)
            self.summaries += summarizes
            text, calls = (SUMMARY, []) if summarizes else self.next(tools, results)
            self.seen.append(
                {
                    "provider": provider,
                    "path": path,
                    "headers": headers,
                    "body": body,
                    "tools": tools,
                    "calls": calls,
                    "thoughts": thoughts,
                    "usage": usage,
                }
            )
            if calls:
                self.turns += 1
                if self.moved:
                    self.moved(self.turns)
        return 200, *speech.told(provider, path, body, turn, text, calls, usage)

    @staticmethod
    def summarizes(body):
        """Whether the agent asks for a summary to go on from, as the last words of the request say."""
        said = body.get("messages") or body.get("input")
        words = json.dumps(said[-1]).lower() if isinstance(said, list) else ""
        return any(word in words for word in SUMMARIZES)

    def next(self, tools, results):
        """What comes next, as the tools and the results so far have it."""
        if not tools:
            return "Fix a greeting", []
        look, edit = self.steps(tools)
        if (self.project / FILE).read_text() != AFTER + "\n":
            return ("I look at both files.", look) if results < len(look) else ("Now I edit the greeting.", [edit])
        # After a summary it looks again too.
        if self.again and results in (0, len(look) + 1):
            return "I look again.", look[:1]
        return f"Done: {FILE} now says {AFTER}", []

    def steps(self, tools):
        """The calls of these tools that read both files at once, and the one that edits."""
        paths = [f"{self.project}/{name}" for name in (FILE, ANOTHER)]
        change = ("Edit", {"file_path": paths[0], "old_string": BEFORE, "new_string": AFTER})
        if offers(tools, "Edit", "file_path", "old_string", "new_string"):  # Claude Code
            return [("Read", {"file_path": path}) for path in paths], change
        if offers(tools, "edit", "filePath", "oldString", "newString"):  # opencode
            change = ("edit", {"filePath": paths[0], "oldString": BEFORE, "newString": AFTER})
            return [("read", {"filePath": path}) for path in paths], change
        commands = [f"cat {name}" for name in (FILE, ANOTHER)]
        if offers(tools, "exec_command", "cmd"):  # Codex, for a model that it does not know
            looks = [("exec_command", {"cmd": command}) for command in commands]
            return looks, ("exec_command", {"cmd": f"apply_patch <<'PATCH'\n{PATCH}PATCH"})
        name = next((name for name in tools if name.endswith("exec")), None)
        if name:  # Codex, for a model that it knows: code that calls tools, as free text
            code = [f"text(await tools.exec_command({json.dumps({'cmd': command})}));\n" for command in commands]
            patch = f"text(await tools.apply_patch({json.dumps(PATCH)}));\n"
            return [(name, {"input": line}) for line in code], (name, {"input": patch})
        raise ValueError(f"no tools that are known here: {list(tools)}")


def refused(provider, status, message, code):
    return status, "application/json", json.dumps(strict.error(provider, status, message, code))


def offers(tools, name, *keys):
    return name in tools and set(keys) <= set(tools[name].get("properties", {}))
