"""A provider on loopback that has a coding agent look at a file, edit it, and say that it is done, with whatever tools the
agent offers. It speaks the protocol of the address that it is asked at, and remembers what it was sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import speech

FILE, ANOTHER = "greeting.txt", "notes.txt"
BEFORE, AFTER = "Hello, wrold!", "Hello, world!"
PATCH = f"*** Begin Patch\n*** Update File: {FILE}\n@@\n-{BEFORE}\n+{AFTER}\n*** End Patch\n"


class Upstream:
    """Runs until the program ends."""

    def __init__(self):
        self.seen = []
        self.project = None
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                kind, answer = outer.answer(self.path, dict(self.headers), body)
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.authority = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begins(self, project):
        """Forgets what it was sent; the file is in `project` from now on."""
        self.seen, self.project = [], project

    def answer(self, path, headers, body):
        tools, results, thoughts = speech.asked(path, body)
        with self.lock:
            turn = len(self.seen)
            usage = (1000 + 7 * turn, 50 + turn)
            text, calls = self.next(tools, results)
            self.seen.append(
                {
                    "path": path,
                    "headers": headers,
                    "body": body,
                    "tools": tools,
                    "calls": calls,
                    "thoughts": thoughts,
                    "usage": usage,
                }
            )
        return speech.told(path, body, turn, text, calls, usage)

    def next(self, tools, results):
        """What comes next, as the tools and the results so far have it."""
        if not tools:
            return "Fix a greeting", []
        look, edit = self.steps(tools)
        if results == 0:
            return "I look at both files.", look
        if results == len(look):
            return "Now I edit the greeting.", [edit]
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


def offers(tools, name, *keys):
    return name in tools and set(keys) <= set(tools[name].get("properties", {}))
