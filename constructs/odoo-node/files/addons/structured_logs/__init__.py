"""Writes what Odoo logs as one JSON object per line, a traceback included, so that a log service can search its fields.

Named in server_wide_modules, it gives the handlers that Odoo has set up another formatter. It knows Odoo by nothing but
attributes of its log records (pid, dbname, perf_info) and the text of its request lines, and does without either. What
is logged before it is loaded, and by what is no Python, stays as it is.
"""

import json
import logging
import re
import reprlib
import threading
from datetime import datetime, timezone

# Who writes a line per request: HTTP workers, and the gevent process.
REQUEST_LOGGERS = ("werkzeug", "longpolling")

# "POST /web/dataset/call_kw/res.partner/web_read?x=1#res.partner.web_read HTTP/1.1" 200 -
# From Odoo 19 on the model and the method that were called stand behind a number sign; gevent adds bytes and seconds.
REQUEST = re.compile(
    r'"(?P<method>[A-Z]+) (?P<path>[^ ?#"]*)(?:\?[^ #"]*)?(?:#(?P<call>[^ "]*))? HTTP/[\d.]+" (?P<status>\d{3}) '
    r"(?:\d+ (?P<seconds>[\d.]+))?"
)

# What of a request may be a secret: the token of a shared document, of a password reset.
QUERY = re.compile(r"\?[^ ]*")

# Odoo's own measurement of a request: queries, seconds in the database, seconds elsewhere.
TIMING = re.compile(r"^(?P<queries>\d+) (?P<database>[\d.]+) (?P<elsewhere>[\d.]+)")

# Shows whatever it is given, with an address where an object cannot even show itself.
SHOWN = reprlib.Repr()
SHOWN.maxstring = SHOWN.maxother = 2000


class JsonFormatter(logging.Formatter):
    def format(self, record):
        try:
            return as_line(self.event(record))
        except Exception as error:  # noqa: BLE001
            # Whatever is wrong with it, a line that somebody wrote comes out.
            return as_line(
                {
                    "time": timestamp(record),
                    "level": logging.getLevelName(record.levelno),
                    "logger": record.name,
                    "message": f"{SHOWN.repr(record.msg)} {SHOWN.repr(record.args)}",
                    "unformatted": repr(error),
                }
            )

    def event(self, record):
        message = record.getMessage()
        event = {
            "time": timestamp(record),
            # Not record.levelname, which another formatter may have colored.
            "level": logging.getLevelName(record.levelno),
            "pid": getattr(record, "pid", record.process),
            "database": database_of(record),
            "logger": record.name,
            "message": message,
            **(request(message, getattr(record, "perf_info", "")) if record.name in REQUEST_LOGGERS else {}),
            **self.problem(record),
        }
        return {name: value for name, value in event.items() if value is not None}

    def problem(self, record):
        if record.exc_info and record.exc_info[0]:
            kind = record.exc_info[0]
            return {
                "exception": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
                "traceback": self.formatException(record.exc_info),
            }
        return {"traceback": record.exc_text or record.stack_info}


def request(message, timing):
    line = REQUEST.search(message)
    if not line:
        return {"message": QUERY.sub("", message)}
    fields = {
        "message": "{method} {path} {status}".format(**line.groupdict()),
        "method": line["method"],
        "path": line["path"],
        "call": line["call"],
        "status": int(line["status"]),
        "seconds": line["seconds"] and round(float(line["seconds"]), 3),
    }
    if measured := TIMING.match(timing or ""):
        database = float(measured["database"])
        fields["seconds"] = round(database + float(measured["elsewhere"]), 3)
        fields["databaseSeconds"] = database
        fields["queries"] = int(measured["queries"])
    return fields


def database_of(record):
    # Odoo 19 notes it in the record, 18 in the thread alone.
    name = getattr(record, "dbname", None) or getattr(threading.current_thread(), "dbname", None)
    return name if name != "?" else None


def timestamp(record):
    return datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")


def as_line(event):
    # What is no UTF-8, such as a file name in another encoding, standard error writes as JSON would: \udc80.
    return json.dumps(event, ensure_ascii=False, default=str)


def install(logger):
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setFormatter(JsonFormatter())


install(logging.getLogger())
