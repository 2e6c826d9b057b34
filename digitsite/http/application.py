"""Django's WSGI application, whose requests can be made of whatever headers they claim."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class SiteRequest(WSGIRequest):
    """A request whose address and form are UTF-8, whatever charset its body claims.

    Python knows charsets that are no text (`base64`) or decode to what cannot be encoded again
    (`utf-7`, `unicode_escape`), and Django reads the address by them too, before any
    middleware; browsers send the page's own, which is UTF-8.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Django's, without the charset; a type that cannot be read is as none."""
        try:
            told = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            meta["CONTENT_TYPE"], told = "", ("", {})
        self.content_type, self.content_params = told


class SiteApplication(WSGIHandler):
    """Django's WSGI application, with the site's own requests."""

    request_class = SiteRequest
