"""Stands in for Odoo where sessions, attachments and the database meet.

Does what Odoo 18.0 and 19.0 were measured to do (November 2026): a page without the database ends the session of whoever
asked for it, a call of a program without it is answered 404 and leaves the session alone. Sessions and attachments are
written beside their place and renamed into it; an upload is acknowledged once its row is committed.

    odoo_with_database.py CONFIGURATION DATA_DIRECTORY JOURNAL

Prints its port. Writes a line to the journal for every request that needs the database: when it came, whether the
database answered, path, and the caller's name for it.
"""

import configparser
import contextlib
import hashlib
import http.cookies
import http.server
import json
import os
import sys
import tempfile
import threading
import time
import uuid

import psycopg2


class Pool:
    """Keeps connections and tries each before it is used again, as Odoo's does."""

    def __init__(self, configuration):
        parser = configparser.RawConfigParser()
        parser.read(configuration)
        section = parser["options"]
        self.parameters = {name: section[f"db_{name}"] for name in ("host", "port", "user", "password", "sslmode")}
        self.parameters.update(dbname=section["db_name"], application_name="odoo")
        self.idle = []

    @contextlib.contextmanager
    def cursor(self):
        connection = self.borrow()
        with contextlib.closing(connection.cursor()) as cursor:
            yield cursor
        connection.commit()
        self.idle.append(connection)

    def borrow(self):
        while True:
            try:
                connection = self.idle.pop()
            except IndexError:
                return psycopg2.connect(**self.parameters)
            with contextlib.suppress(psycopg2.OperationalError):
                connection.reset()
                return connection


class Odoo(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, configuration, data, journal, port=0, handler=None):
        super().__init__(("127.0.0.1", port), handler or Request)
        self.pool = Pool(configuration)
        self.sessions = os.path.join(data, "sessions")
        self.filestore = os.path.join(data, "filestore", "odoo")
        self.journal = open(journal, "a", buffering=1, encoding="utf-8")
        self.writing = threading.Lock()

    def note(self, **line):
        with self.writing:
            self.journal.write(json.dumps(line) + "\n")


class Request(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/web/health":
            self.answer(200, '{"status": "pass"}')
        elif self.path.startswith("/web/content/"):
            self.with_database(self.download)
        else:
            self.with_database(self.page)

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/web/login":
            self.with_database(self.login)
        elif self.path == "/web/binary/upload_attachment":
            self.with_database(self.upload)
        else:
            self.with_database(self.call)

    def with_database(self, serve):
        came = time.time()
        answered = True
        try:
            with self.server.pool.cursor() as cursor:
                answer = serve(cursor)
        except psycopg2.Error:
            answered = False
            answer = self.without_database()
        name = self.headers.get("X-Request-Name", "")
        self.server.note(came=came, answered=answered, path=self.path, name=name)
        self.answer(*answer)

    def without_database(self):
        if self.command == "POST":
            return 404, "not found"
        self.save_session({})
        return 303, "", {"Location": "/web/database/selector"}

    def page(self, cursor):
        cursor.execute("SELECT 1")
        if "uid" not in self.session():
            return 303, "", {"Location": "/web/login"}
        return 200, "<p>Odoo</p>"

    def call(self, cursor):
        cursor.execute("SELECT 1")
        if "uid" not in self.session():
            return 200, json.dumps({"error": {"code": 100, "message": "Odoo Session Expired"}})
        return 200, json.dumps({"result": True})

    def login(self, cursor):
        cursor.execute("SELECT 1")
        self.sid = uuid.uuid4().hex
        self.save_session({"uid": 2})
        return 303, "", {"Location": "/odoo", "Set-Cookie": f"session_id={self.sid}; Path=/; HttpOnly"}

    def upload(self, cursor):
        checksum = hashlib.sha1(self.body).hexdigest()
        write(os.path.join(self.server.filestore, checksum[:2]), checksum, self.body)
        cursor.execute("INSERT INTO attachment (checksum) VALUES (%s) RETURNING id", [checksum])
        return 200, json.dumps({"id": cursor.fetchone()[0]})

    def download(self, cursor):
        cursor.execute("SELECT checksum FROM attachment WHERE id = %s", [self.path.rsplit("/", 1)[1]])
        row = cursor.fetchone()
        if row is None:
            return 404, "not found"
        return 200, "", {"X-Accel-Redirect": f"/web/filestore/odoo/{row[0][:2]}/{row[0]}"}

    def session(self):
        path = os.path.join(self.server.sessions, self.session_id()[:2], self.session_id())
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
            return json.load(file)
        return {}

    def save_session(self, session):
        sid = self.session_id()
        if sid:
            write(os.path.join(self.server.sessions, sid[:2]), sid, json.dumps(session).encode())

    def session_id(self):
        if hasattr(self, "sid"):
            return self.sid
        cookie = http.cookies.SimpleCookie(self.headers.get("Cookie", "")).get("session_id")
        return cookie.value if cookie else ""

    def answer(self, status, text, headers={}):
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def write(directory, name, content):
    os.makedirs(directory, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=directory)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.chmod(unfinished, 0o644)
    os.rename(unfinished, os.path.join(directory, name))


if __name__ == "__main__":
    odoo = Odoo(*sys.argv[1:])
    print(odoo.server_port, flush=True)
    odoo.serve_forever()
