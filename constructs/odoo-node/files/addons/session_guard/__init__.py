"""Logs nobody out while the database is away: such a request is answered with 503, and its session stays as it is.

Odoo answers a page that it cannot serve from its database without one, and ends the session of whoever asked. nginx
keeps requests away meanwhile; this covers the moment before it knows, inside Odoo. It wraps a private method and
therefore looks first whether Odoo is as it was when this was tried, on 18.0 and 19.0; otherwise it does nothing.
"""

import functools
import inspect
import logging

from odoo import http, release
from werkzeug.wrappers import Response

_logger = logging.getLogger(__name__)

TRIED = ((18, 0), (19, 0))

# Probes ask whether the process lives, and are answered without a database.
PROBES = ("/web/health", "/websocket/health")


def as_expected():
    """Whether a request is served by the method, and its failure handled by the caller, that this module knows."""
    method = getattr(http.Request, "_serve_db", None)
    caller = getattr(http.Application.__call__, "__code__", None)
    return (
        tuple(release.version_info[:2]) in TRIED
        and inspect.isfunction(method)
        and list(inspect.signature(method).parameters) == ["self"]
        and isinstance(getattr(http, "RegistryError", None), type)
        and caller is not None
        and {"_serve_db", "RegistryError", "logout"} <= set(caller.co_names)
    )


def guarded(serve):
    @functools.wraps(serve)
    def serve_db(self):
        try:
            return serve(self)
        except http.RegistryError as error:
            if self.httprequest.path in PROBES:
                raise
            _logger.warning("the database is away: %s", " ".join(str(error.__cause__ or error).split()))
            self.session.can_save = False
            return unavailable(self.httprequest)

    return serve_db


def unavailable(request):
    # Not JSON: Odoo's web client takes a JSON answer without an error for a result, and any other body for a lost
    # connection, which it announces and repeats by itself.
    response = Response("Odoo is back in a moment.\n", status=503, mimetype="text/plain")
    response.headers["Retry-After"] = "5"
    response.headers["Cache-Control"] = "no-store"
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        response.headers["Refresh"] = "5"
    return response


if as_expected():
    http.Request._serve_db = guarded(http.Request._serve_db)
else:
    _logger.warning("not active: this Odoo, %s, is not one that it was tried with", release.version)
