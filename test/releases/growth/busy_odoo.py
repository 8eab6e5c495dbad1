"""Stands in for Odoo on the single server: as long as it runs it answers on its port and users work in it.

    busy_odoo.py PORT FILESTORE JOURNAL      the database as libpq finds it

Each piece of work is an attachment and two rows that refer to it, in one transaction, the file first, as Odoo does it. What
was confirmed to the user is in the journal.
"""

import hashlib
import http.server
import os
import signal
import sys
import threading
from pathlib import Path

import psycopg2

port, filestore, journal = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ending = threading.Event()


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def work(cursor, confirm):
    content = f"{os.getpid()} {os.urandom(100).hex()}".encode()
    sha1 = hashlib.sha1(content).hexdigest()
    file = filestore / sha1[:2] / sha1
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    cursor.execute(
        "INSERT INTO ir_attachment (name, res_model, store_fname, type, file_size, checksum)"
        " VALUES ('scan', 'sale.order', %s, 'binary', %s, %s) RETURNING id",
        (f"{sha1[:2]}/{sha1}", len(content), sha1),
    )
    (attachment,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO sale_order (name, partner_id, amount, note, attachment_id)"
        " VALUES ('S' || nextval('sale_order_number'), 1 + floor(random() * 50), random() * 1000, %s, %s) RETURNING id",
        (sha1, attachment),
    )
    (order,) = cursor.fetchone()
    cursor.connection.commit()
    confirm.write(f"{order} {attachment} {sha1}\n")
    confirm.flush()


def main():
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = psycopg2.connect("dbname=odoo user=odoo")
    with connection.cursor() as cursor, open(journal, "a", encoding="utf-8") as confirm:
        while not ending.wait(0.05):
            work(cursor, confirm)


main()
