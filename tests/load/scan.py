"""Has scanners attack a running program: see scripts/security.

Arguments: our program, the folder of the scanners' programs, which scanner, and how much it is to try."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

from gateway import Gateway, Upstream, all_descriptors

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "plain ferry tungsten"


class Console:
    """Somebody who is signed in."""

    def __init__(self, gateway, role):
        self.gateway, self.cookie = gateway, None
        email = f"{role}@scan.test"
        account = [] if role == "admin" else ["--account", "Load"]
        link = gateway.does("person", "add", "--email", email, "--role", role, *account)
        path = urllib.parse.urlparse(re.search(r"http\S+/reset/\S+", link).group(0)).path
        self.sends(path, {"password": PASSWORD})
        answer = self.sends("/sign-in", {"email": email, "password": PASSWORD})
        self.cookie = answer.getheader("set-cookie").split(";")[0]
        self.id = re.search(r"/keys/([0-9a-f-]{36})", self.reads("/keys")).group(1)

    def sends(self, path, form):
        connection = http.client.HTTPConnection(*self.gateway.address)
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer

    def reads(self, path):
        connection = http.client.HTTPConnection(*self.gateway.address)
        connection.request("GET", path, headers={"cookie": self.cookie})
        return connection.getresponse().read().decode()

    def lines(self):
        """Method, address and form of every line of the console's table, about a key that there is."""
        table = (ROOT / "tests/data/authz_matrix.txt").read_text().split("@ gateway")[0].split("@ console")[1]
        values = {"id": self.id, "token": "x", "unique": "a-name", "name": "app.js", "version": "1", "seen": ""}
        for line in table.splitlines()[1:]:
            if line.startswith(("GET", "POST")) and "/sign-out" not in line and "delete" not in line:
                address, form = (part.strip() for part in line.split("|")[:2])
                for name, value in values.items():
                    address, form = (text.replace("{%s}" % name, value) for text in (address, form))
                method, address = address.split()
                yield method, address.replace("{account}", ""), form.replace("{account}", "")


def openapi(gateway, programs, much):
    """Schemathesis reads docs/openapi.json and sends what it allows, and what it does not."""
    url = "http://{}:{}".format(*gateway.address)
    failed = False
    for what, headers in [("with a key", ["--header", f"Authorization: Bearer {gateway.key}"]), ("without", [])]:
        print(f"\n== {what}", flush=True)
        run = subprocess.run(
            [
                f"{programs}/schemathesis", "run", "docs/openapi.json", "--url", url, *headers,
                "--phases", "examples,coverage,fuzzing", "--max-examples", much, "--max-response-time", "2",
                "--continue-on-failure", "--checks", "all",
                # Any other method of an address under /v1 is a 404 that says which one to use, as the contract has it. What
                # else a body has to be is told by the documentation of OpenAI and Anthropic, not by ours.
                "--exclude-checks",
                "unsupported_method,positive_data_acceptance,use_after_free,ensure_resource_availability",
                "--generation-database", "none",
            ],
            cwd=ROOT,
        )  # fmt: skip
        failed |= run.returncode != 0
    return failed


def sql(gateway, programs, much):
    """Sqlmap tries every form, every query and the headers of the API."""
    owner = Console(gateway, "owner")
    url = "http://{}:{}".format(*gateway.address)
    common = ["--batch", "--level", much, "--risk", "2", "--disable-coloring", "--flush-session", "--threads", "4"]
    # One address that answers slowly on purpose, as the sign-in does after wrong passwords, is not to take all the time.
    common += ["--time-limit", os.environ.get("SECONDS_OF_SQLMAP", "120")]
    tries = [
        (f"{method} {address}", ["-u", url + address, *(["--data", form] if form else []), "--cookie", owner.cookie])
        for method, address, form in owner.lines()
        if form or "?" in address
    ]
    body = '{"model":"x*","messages":[{"role":"user","content":"x"}],"user":"x*"}'
    tries.append(("POST /v1/chat/completions", ["-u", f"{url}/v1/chat/completions", "--data", body]))
    tries.append(("GET /v1/models/x", ["-u", f"{url}/v1/models/x*"]))
    failed = False
    for what, arguments in tries:
        headers = f"Sec-Fetch-Site: same-origin\nAuthorization: Bearer {gateway.key}\nX-Request-Id: x*"
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(
                [f"{programs}/sqlmap", *arguments, "--headers", headers, *common, "--output-dir", folder],
                capture_output=True, text=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        found = re.findall(r"^.*(?:is vulnerable|appears to be injectable|identified the following).*$", run.stdout, re.M)
        print(f"{what}: {'; '.join(found) if found else 'nothing found'}", flush=True)
        failed |= bool(found)
    return failed


# What wapiti says of every console like ours, and why it is no weakness of this one.
EXPLAINED = {
    "Lack of anti CSRF token": "a form of another site is told by Sec-Fetch-Site and Origin, without a token",
    "Secure flag is not set": "the console is served without TLS here; behind https the cookie has the flag",
    "X-Frame-Options is not set": "frame-ancestors 'none' of the policy says the same",
}


def web(gateway, programs, much):
    """Wapiti walks the console as somebody who is signed in."""
    owner = Console(gateway, "owner")
    url = "http://{}:{}/keys".format(*gateway.address)
    modules = "sql,timesql,xss,permanentxss,ssrf,redirect,crlf,csrf,exec,file,csp,cookieflags,http_headers,methods"
    with tempfile.TemporaryDirectory() as folder:
        report = f"{folder}/report.json"
        subprocess.run(
            [
                f"{programs}/wapiti", "-u", url, "-m", modules, "-H", f"Cookie: {owner.cookie}",
                "-H", "Sec-Fetch-Site: same-origin", "--scope", "domain", "-f", "json", "-o", report, "--flush-session",
                "--store-session", folder, "--store-config", folder, "-x", f"{url}/sign-out", "--no-bugreport",
                "--max-scan-time", much, "--max-attack-time", str(int(much) // 10), "-v", "1",
            ],
            check=True,
        )  # fmt: skip
        told = json.loads(Path(report).read_text())
    found = [it for kind in ("vulnerabilities", "anomalies") for all in told[kind].values() for it in all]
    unexplained = [it for it in found if not any(it["info"].startswith(start) for start in EXPLAINED)]
    for it in unexplained:
        print(f"{it['info']}\n{it['http_request']}\n", flush=True)
    print(f"{len(found)} findings, {len(unexplained)} of them not explained", flush=True)
    return bool(unexplained)



def main():
    program, programs, which, much = sys.argv[1:5]
    all_descriptors()
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream()
        gateway = Gateway(program, folder, upstream, console=True)
        gateway.makes_key("another")
        try:
            failed = {"openapi": openapi, "sql": sql, "web": web}[which](gateway, programs, much)
        finally:
            gateway.stop()
            upstream.stop()
    if failed:
        sys.exit(f"{which}: something was found")


main()
