"""Looks at a running Odoo as its users do, says what it saw and ends.

    check_odoo.py --url http://127.0.0.1:8069 --database odoo --login LOGIN --password-file FILE --wait-seconds 900
                  --workflows JSON

Runs inside the Odoo image, beside the Odoo that it looks at, and needs nothing but Python's standard library. Workflows are a
list of {"name", "model", "method", "args", "kwargs", "module"}: what the web client would call, reads alone. One of a module that
is not installed has nothing to look at, and passes.

The last line of the output is JSON, {"drillFindings": [{"check", "passed", "details"}, ...]}. Exit code 0: all of them
passed; 1: one or more did not.
"""

import argparse
import http.cookiejar
import json
import re
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

POLL_SECONDS = 5
# A first page after the start makes asset bundles, which takes a minute on one core.
ANSWER_SECONDS = 180

ASSET = re.compile(r"""(?:href|src)=["'](/web/assets/[^"']+)["']""")


class Failed(Exception):
    """A check did not pass; the text says why."""


class Odoo:
    """The Odoo that is looked at, with the cookies of a browser."""

    def __init__(self, url):
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # By no proxy: it is beside us.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, path):
        return self.answer(urllib.request.Request(self.url + path))

    def call(self, path, **params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        answer = json.loads(self.answer(request))
        if "error" in answer:
            error = answer["error"]
            raise Failed(error.get("data", {}).get("message") or error.get("message") or "an error without a message")
        return answer.get("result")

    def answer(self, request):
        try:
            with self.opener.open(request, timeout=ANSWER_SECONDS) as response:
                # Of a file of its own Odoo says where it is, and nginx would send it.
                file = response.headers["X-Sendfile"]
                return Path(file).read_bytes() if file else response.read()
        except urllib.error.HTTPError as error:
            raise Failed(f"{request.selector}: HTTP {error.code}") from error
        except OSError as error:
            raise Failed(f"{request.selector}: {error}") from error


def main():
    options = parse()
    odoo = Odoo(options.url)
    findings = [check("start", lambda: wait_for(odoo, options.wait_seconds))]
    # Each of the others would only say again that nobody answers.
    if findings[0]["passed"]:
        findings += [
            check("deep health", lambda: health(odoo)),
            check("login page", lambda: login_page(odoo)),
            check("assets", lambda: assets(odoo)),
            check("login", lambda: log_in(odoo, options.database, options.login, options.password_file.read_text())),
            *(check(f"workflow {workflow['name']}", lambda: run(odoo, workflow)) for workflow in options.workflows),
        ]
    print(json.dumps({"drillFindings": findings}), flush=True)
    return 0 if all(finding["passed"] for finding in findings) else 1


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--wait-seconds", type=int, required=True)
    parser.add_argument("--workflows", type=json.loads, required=True)
    return parser.parse_args()


def check(name, look):
    started = time.monotonic()
    try:
        details = look()
    except Failed as error:
        return {"check": name, "passed": False, "details": str(error)}
    except Exception as error:  # Whatever could not be looked at has failed.
        return {"check": name, "passed": False, "details": f"could not be checked: {type(error).__name__}: {error}"}
    return {"check": name, "passed": True, "details": f"{details}, {time.monotonic() - started:.1f} s"}


def wait_for(odoo, seconds):
    deadline = time.monotonic() + seconds
    while True:
        try:
            odoo.get("/web/health")
            return "answers"
        except Failed as error:
            if time.monotonic() >= deadline:
                raise Failed(f"did not answer within {seconds} s: {error}") from error
        time.sleep(min(POLL_SECONDS, seconds))


def health(odoo):
    """Without the parameter Odoo says that it is well while its database is away."""
    status = json.loads(odoo.get("/web/health?db_server_status=1"))
    if status.get("db_server_status") is not True:
        raise Failed(f"says {status}")
    return "reaches its database"


def login_page(odoo):
    page = odoo.get("/web/login").decode()
    if 'name="password"' not in page:
        raise Failed("has no field for a password")
    return f"{len(page)} characters"


def assets(odoo):
    """What the login page asks for: without them it is bare, and the web client does not start."""
    found = sorted(set(ASSET.findall(odoo.get("/web/login").decode())))
    kinds = {path.rsplit(".", 1)[-1] for path in found}
    if not {"css", "js"} <= kinds:
        raise Failed(f"the login page names {', '.join(found) or 'none'}: styles and scripts are needed")
    empty = [path for path in found if not odoo.get(path)]
    if empty:
        raise Failed(f"empty: {', '.join(empty)}")
    return f"{len(found)} bundles"


def log_in(odoo, database, login, password):
    session = odoo.call("/web/session/authenticate", db=database, login=login, password=password)
    if not (session or {}).get("uid"):
        raise Failed(f"Odoo does not let {login} in")
    return f"as {login}"


def run(odoo, workflow):
    module = workflow.get("module")
    if module is not None and not is_installed(odoo, module):
        return f"nothing to look at: {module} is not installed"
    result = call(odoo, workflow["model"], workflow["method"], workflow.get("args", []), workflow.get("kwargs", {}))
    found = f"{len(result)} records" if isinstance(result, list) else result
    return f"{workflow['model']}.{workflow['method']}: {found}"


def is_installed(odoo, module):
    return call(odoo, "ir.module.module", "search_count", [[["name", "=", module], ["state", "=", "installed"]]], {}) > 0


def call(odoo, model, method, args, kwargs):
    return odoo.call("/web/dataset/call_kw", model=model, method=method, args=args, kwargs=kwargs)


if __name__ == "__main__":
    sys.exit(main())
