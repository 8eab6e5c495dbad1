"""Stands in for `odoo --init=base`: reads the same options and configuration, connects the same way, and leaves the
few tables, states, files and exit codes that the job looks at. It is not Odoo and proves nothing about it.

The first argument selects the behaviour: ok, slow, hangs, half, no-web, pending, import-error, old.
"""

import configparser
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import psycopg2
from passlib.hash import pbkdf2_sha512

behavior, *arguments = sys.argv[1:]
options = dict(argument.lstrip("-").partition("=")[::2] for argument in arguments)
print(json.dumps({"standIn": {"options": options, "environment": sorted(os.environ)}}), flush=True)

parser = configparser.RawConfigParser()
parser.read(options["config"])
conf = parser["options"]
connection = psycopg2.connect(
    host=conf["db_host"],
    port=conf["db_port"],
    user=conf["db_user"],
    password=conf["db_password"],
    sslmode=conf["db_sslmode"],
    dbname=options["database"],
)
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(
    """
    CREATE TABLE ir_module_module (name varchar NOT NULL, state varchar, latest_version varchar);
    INSERT INTO ir_module_module VALUES ('base', 'to install', NULL), ('web', 'to install', NULL), ('sale', 'uninstalled', NULL);
    """
)
if behavior == "half":
    # As if the process were killed here; the job is killed by the test.
    os.kill(os.getppid(), 9)
    sys.exit(137)
if behavior == "import-error":
    print("2026-11-22 03:29:29,022 7 CRITICAL odoo odoo.service.server: Failed to initialize database `odoo`.")
    print("Traceback (most recent call last):\nodoo.tools.convert.ParseError: while parsing x.xml:19\n", flush=True)
    sys.exit(255)
if behavior == "slow":
    time.sleep(2)
if behavior == "hangs":
    time.sleep(300)

content = b"an attachment"
name = hashlib.sha1(content).hexdigest()
file = Path(options["data-dir"], "filestore", options["database"], name[:2], name)
file.parent.mkdir(parents=True)
file.write_bytes(content)
cursor.execute(
    """
    CREATE TABLE ir_model_data (module varchar, name varchar, model varchar, res_id int);
    CREATE TABLE res_users (id int PRIMARY KEY, login varchar, password varchar);
    CREATE TABLE ir_attachment (store_fname varchar, type varchar, file_size int, checksum varchar);
    INSERT INTO ir_attachment VALUES (%s, 'binary', %s, %s);
    INSERT INTO res_users VALUES (1, '__system__', NULL), (2, 'admin', %s);
    INSERT INTO ir_model_data VALUES ('base', 'user_root', 'res.users', 1), ('base', 'user_admin', 'res.users', 2);
    UPDATE ir_module_module SET state = 'installed', latest_version = %s WHERE name IN ('base', 'web');
    """,
    (
        f"{name[:2]}/{name}",
        len(content),
        name,
        pbkdf2_sha512.using(rounds=1000).hash("admin"),
        "18.0.1.3" if behavior == "old" else "19.0.1.3",
    ),
)
if behavior == "no-web":
    cursor.execute("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'web'")
if behavior == "pending":
    cursor.execute("UPDATE ir_module_module SET state = 'to install' WHERE name = 'sale'")
