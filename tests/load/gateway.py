"""The built program on a fresh SQLite, with one key, and with a provider on loopback; and what its process uses."""

import os
import re
import resource
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

# Models of the shipped catalog that chat; the provider of each is played by `upstream.py`.
PROVIDER, MODEL = "deepseek", "deepseek/deepseek-chat"


def all_descriptors():
    """Raises this process's limit of open files, and that of what it starts, as far as it may. Returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Upstream:
    """`upstream.py`, running in a process of its own."""

    def __init__(self):
        script = Path(__file__).with_name("upstream.py")
        self.process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
        self.authority = self.process.stdout.readline().strip()

    def asked(self, path):
        """What it answers to a question of the script's own."""
        return urllib.request.urlopen(f"http://{self.authority}{path}", timeout=60).read().decode()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Gateway:
    """`crossmodel serve`, without the console unless it is asked for."""

    def __init__(self, program, folder, upstream, console=False, settings=None):
        self.log = Path(folder) / "serve.log"
        self.variables = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite://{folder}/crossmodel.db",
            "CROSSMODEL_EGRESS_ALLOW": upstream.authority,
            "CROSSMODEL_LISTEN": "127.0.0.1:0",
            "CROSSMODEL_LOG": "warn",
            "UPSTREAM_CREDENTIAL": "sk-upstream",
            **({} if console else {"CROSSMODEL_CONSOLE_LISTEN": "off"}),
            **(settings or {}),
        }
        self.program = program
        self.does("migrate")
        reached = ["--base-url", f"http://{upstream.authority}/v1", "--protocol", "openai-chat"]
        self.does("provider", "set", PROVIDER, *reached, "--credential-env", "UPSTREAM_CREDENTIAL")
        self.does("account", "create", "Load")
        self.does("credit", "add", "--account", "Load", "--usd", "1000000", "--note", "to be spent here")
        self.key = self.makes_key("load", "--rpm", "none", "--tpm", "none")
        self.process = subprocess.Popen(
            [program, "serve"], env=self.variables, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True
        )
        for line in self.process.stdout:
            if line.startswith("Gateway: "):
                host, port = re.search(r"//([^:/]+):(\d+)", line).groups()
                self.address = (host, int(port))
                break
        else:
            sys.exit(f"the gateway does not start:\n{self.log.read_text()}")
        self.get("/readyz")

    def makes_key(self, name, *more):
        """Makes a key and returns its secret."""
        return self.does("key", "create", "--account", "Load", "--name", name, *more)

    def does(self, *arguments):
        """Runs a command of the program to its end, and returns what it printed."""
        run = subprocess.run([self.program, *arguments], env=self.variables, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{' '.join(arguments)}: {run.stderr}")
        return run.stdout.strip()

    def get(self, path):
        """The body of a page without a key."""
        host, port = self.address
        return urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=30).read().decode()

    def memory(self):
        """Resident and proportional memory of its process, and the most that was ever resident, in bytes."""
        proc = Path(f"/proc/{self.process.pid}")
        rollup, status = (proc / "smaps_rollup").read_text(), (proc / "status").read_text()

        def kib(name, text):
            return int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1)) * 1024

        return kib("Rss", rollup), kib("Pss", rollup), kib("VmHWM", status)

    def descriptors(self):
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor(self):
        """Seconds of a processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, patience=30):
        """Asks it to stop, and returns the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - began


def mb(count):
    """Bytes as people read them: a megabyte is a million bytes."""
    return f"{count / 1e6:,.0f} MB"
