"""The API's call for pictures that browsers cannot show: HEIC, TIFF."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from digitsite.exceptions import Invalid
from recognizer import submission, thumbnails
from recognizer.api.base import LANGUAGE, PublicView
from recognizer.api.serializers.requests import PictureFormSerializer, PictureSerializer
from recognizer.services.predictions import price

# What the drawing page makes of a picture that it can show by itself (static/js/photo/load.js).
MOST_SIDE = 1600


class PicturesView(PublicView):
    @extend_schema(
        operation_id="picture",
        parameters=[LANGUAGE],
        request={
            "application/json": PictureSerializer,
            "multipart/form-data": PictureFormSerializer,
        },
        responses={(200, "image/png"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request) -> HttpResponse:
        """A picture as it is read: a grey PNG, upright, of at most 1,600 pixels a side.

        For files that a browser cannot show, such as HEIC. Nothing is stored, and nothing of the
        file but its pixels is answered.
        """
        sent = submission.parse(request.data)
        if sent.image is None:
            raise Invalid("Send an image.", field="image")
        self.charge(request, price(submission=sent))
        png = thumbnails.upload_png(sent.image, most_side=MOST_SIDE)
        return HttpResponse(png, content_type="image/png")
