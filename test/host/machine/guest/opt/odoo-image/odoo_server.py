"""Stands in for Odoo's server: the two ports, the sessions and what becomes of both when the database goes away.

Behaves where the host depends on it as Odoo 19.0 was measured to, November 2026: a page that is asked for while the
database is away ends the session of whoever asks; a process for scheduled jobs ends about a second after its database.
It is not Odoo and proves nothing about it. With a file `broken` in its image it ends at once.

    GET  /stand-in/requests     the requests so far, as JSON
    POST /web/login             login and password as form fields: 303 with a session if they are right, otherwise 200
    GET  anything               200 with a row count from the database
"""

import argparse
import base64
import configparser
import hashlib
import http.server
import json
import os
import secrets
import signal
import sys
import threading
import time
import urllib.parse
from http.cookies import SimpleCookie
from pathlib import Path

import psycopg2
from passlib.context import CryptContext

PASSWORDS = CryptContext(["pbkdf2_sha512"])
WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

if Path("/opt/odoo-image/broken").exists():
    sys.exit("odoo stand-in: this image is broken")

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
parser.add_argument("--http-interface")
arguments = parser.parse_args()
configuration = configparser.RawConfigParser()
configuration.read(arguments.config)
options = configuration["options"]
sessions = Path(options["data_dir"], "sessions")
requests = []


def connect():
    return psycopg2.connect(
        host=options["db_host"],
        port=options["db_port"],
        user=options["db_user"],
        password=options["db_password"],
        dbname=options["db_name"],
        sslmode=options["db_sslmode"],
    )


def query(statement, *parameters):
    connection = connect()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    finally:
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.remember()
        path = self.path.partition("?")[0]
        if path == "/stand-in/requests":
            self.answer(200, json.dumps(requests), "application/json")
        elif path in ("/web/health", "/websocket/health"):
            self.answer(200, '{"status": "pass"}', "application/json")
        elif path == "/websocket" and "Sec-WebSocket-Key" in self.headers:
            self.upgrade()
        else:
            self.page()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.remember()
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        if "login" not in form:
            return self.page()
        rows = query("SELECT password FROM res_users WHERE login = %s", form["login"])
        if rows and PASSWORDS.verify(form["password"], rows[0][0]):
            session = secrets.token_hex(20)
            sessions.joinpath(session).write_text(form["login"])
            self.answer(303, "", "text/html", {"Location": "/odoo", "Set-Cookie": f"session_id={session}; Path=/; HttpOnly"})
        else:
            self.answer(200, "Wrong login/password", "text/html")

    def page(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session_id")
        session = sessions / cookie.value if cookie and cookie.value.isalnum() else None
        try:
            [[attachments]] = query("SELECT count(*) FROM ir_attachment")
        except psycopg2.Error:
            if session:
                session.unlink(missing_ok=True)
            self.answer(303, "", "text/html", {"Location": "/web/database/selector"})
        else:
            who = session.read_text() if session and session.exists() else "nobody"
            self.answer(200, f"Odoo for {who}: {attachments} attachments", "text/html")

    def upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + WEBSOCKET
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True

    def answer(self, status, body, content_type, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def remember(self):
        port = self.server.server_address[1]
        requests.append({"port": port, "method": self.command, "path": self.path, "headers": dict(self.headers)})
        del requests[:-1000]

    def log_message(self, text, *values):
        pass


def serve():
    address = os.environ["PUBLISHED_ADDRESS"]
    for port in (options.getint("http_port"), options.getint("gevent_port")):
        server = http.server.ThreadingHTTPServer((address, port), Handler)
        threading.Thread(target=server.serve_forever).start()


def run_scheduled_jobs():
    connection = connect()
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            while True:
                cursor.execute("SELECT 1")
                time.sleep(1)
    except psycopg2.Error as error:
        sys.exit(f"scheduled jobs end with their database: {error}")


# Odoo, too, ends when it is asked to, and does not start without its database.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
connect().close()
print(f"stand-in for Odoo started with {arguments.config}", flush=True)
if options.getboolean("http_enable"):
    serve()
if options.getint("max_cron_threads") > 0:
    run_scheduled_jobs()
