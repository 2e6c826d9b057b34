"""Lists in pages of bounded length."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import LimitOffsetPagination


class BoundedPagination(LimitOffsetPagination):
    """Pages by `limit` and `offset`; a higher limit is taken as `max_limit`.

    Without one a single call would read the whole table, and a limit beyond 64 bits is
    no number to SQLite.
    """

    max_limit = 500

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """All four members are there in every page; `next` and `previous` may be null."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for member in page["properties"].values():
            member.pop("example", None)
        return {**page, "required": list(page["properties"])}
