"""Stands in for the Odoo of one release: every answer says whose code gave it, and which database it had before it.

Like `odoo_with_database.py`, and a call enters an order under the name that the client gave to its request. Asked to end,
it answers what it has; its websockets go without a word, as Odoo's do, which kills their process (18.0 and 19.0).

    odoo_of_release.py RELEASE HTTP_PORT WEBSOCKET_PORT CONFIGURATION DATA_DIRECTORY JOURNAL
"""

import base64
import hashlib
import http.server
import json
import signal
import sys
import threading

from odoo_with_database import Odoo, Request

WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class ReleasedOdoo(Odoo):
    # Its end waits for them.
    daemon_threads = False


class ReleasedRequest(Request):
    def page(self, cursor):
        answer = super().page(cursor)
        return self.signed(cursor) if answer[0] == 200 else answer

    def call(self, cursor):
        answer = super().call(cursor)
        if "error" in json.loads(answer[1]):
            return answer
        signed = self.signed(cursor)
        if self.path.endswith("/slow"):
            # Held by the test, for as long as it likes.
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
        cursor.execute("INSERT INTO acme_order (name) VALUES (%s)", [self.headers["X-Request-Name"]])
        return signed

    def signed(self, cursor):
        cursor.execute("SELECT latest_version FROM ir_module_module WHERE name = 'acme'")
        return 200, json.dumps({"code": release, "database": cursor.fetchone()[0]})


class Websocket(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        key = self.headers["Sec-WebSocket-Key"] + WEBSOCKET
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.rfile.read()
        self.close_connection = True

    def log_message(self, *_):
        pass


release, http_port, websocket_port, *where = sys.argv[1:]
odoo = ReleasedOdoo(*where, port=int(http_port), handler=ReleasedRequest)
websockets = http.server.ThreadingHTTPServer(("127.0.0.1", int(websocket_port)), Websocket)
threading.Thread(target=websockets.serve_forever, daemon=True).start()
# It waits for the loop, which runs in this thread.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=odoo.shutdown).start())
odoo.serve_forever()
odoo.server_close()
