"""The address at which the API's description is."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import translation
from django.utils.encoding import force_bytes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response


class SchemaView(SpectacularAPIView):
    """The API's description, in English, made once in each process for each format.

    Making it takes longer than a hundred predictions, and anybody may ask for it.
    """

    throttle_classes = ()
    _made: ClassVar[dict[str, bytes]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        if renderer.media_type not in self._made:
            with translation.override("en"):
                described: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
                made = renderer.render(described.data, renderer_context={})
            self._made[renderer.media_type] = force_bytes(made)
        return HttpResponse(self._made[renderer.media_type], content_type=renderer.media_type)
