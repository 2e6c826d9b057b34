"""The API's calls about the live model and the versions before and after it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from digitsite.exceptions import Unavailable
from digitsite.http.bodies import answered
from digitsite.statics import packages
from recognizer.api.base import CONFLICT, TRAINERS, PublicView, StaffView, require_permission
from recognizer.api.serializers.requests import PromoteSerializer
from recognizer.api.serializers.versions import (
    ModelSerializer,
    PromotionSerializer,
    VersionFilesSerializer,
    VersionSerializer,
)
from recognizer.models import ModelVersion, Promotion
from recognizer.selectors.version_files import version_files
from recognizer.services import versions
from recognizer.serving import browser_files
from recognizer.serving.decision import Thresholds


class ModelView(PublicView):
    @extend_schema(operation_id="model_get", responses={200: ModelSerializer, 304: None})
    def get(self, request: Request) -> HttpResponseBase:
        """See the live version: its figures, and its files with their hashes.

        With `If-None-Match` it comes only if something of it has changed.
        """
        promotion = Promotion.objects.newest()
        if promotion is None:
            raise Unavailable("No model version is live yet.", code="no_model")
        version = promotion.version
        response = answered(
            {
                "version": version.number,
                "promoted_at": promotion.at,
                "normalisation": version.normalisation,
                "metrics": version.metrics,
                "files": version.manifest["files"],
                "thresholds": asdict(Thresholds.of(version.manifest)),
                "browser": browser_files.described(version),
                "runtime": _runtime(),
            }
        )
        set_response_etag(response)
        patch_cache_control(response, no_cache=True)  # pages ask once a minute
        etag = response.headers["ETag"]
        return get_conditional_response(request._request, etag=etag, response=response) or response


def _runtime() -> dict[str, str] | None:
    """The addresses of TensorFlow.js, by which any page's browser can run the version itself."""
    try:
        parts = packages.addresses()
    except ValueError:  # the static files are not built: the API is there without them
        return None
    return {part.replace("-", "_"): address for part, address in parts.items()} or None


@extend_schema_view(get=extend_schema(operation_id="version_list"))
class VersionsView(StaffView, ListAPIView[ModelVersion]):
    """List all versions, the newest first."""

    serializer_class = VersionSerializer
    queryset = ModelVersion.objects.select_related("parent")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "live": ModelVersion.objects.live()}


class VersionFilesView(StaffView):
    @extend_schema(
        operation_id="version_files",
        responses={200: VersionFilesSerializer},
    )
    def get(self, request: Request, number: int) -> Response:
        """A version's files, with addresses that hold for ten minutes and ask for no token."""
        version = get_object_or_404(ModelVersion, number=number)
        return Response({"files": version_files(version)})


class PromotionView(StaffView):
    """Base of the two calls that change the live version: the permission and the body."""

    callers = TRAINERS

    def particulars(self, request: Request) -> dict[str, Any]:
        by = require_permission(
            request, "recognizer.add_promotion", "You may not change the live version."
        )
        checked = PromoteSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return {"by": by, **checked.validated_data}


class VersionPromoteView(PromotionView):
    @extend_schema(
        operation_id="version_promote",
        request=PromoteSerializer,
        responses={200: PromotionSerializer, **CONFLICT},
    )
    def post(self, request: Request, number: int) -> Response:
        """Make a version live for everyone."""
        particulars = self.particulars(request)
        version = get_object_or_404(ModelVersion, number=number)
        promotion = versions.version_promote(version=version, **particulars)
        return Response(PromotionSerializer(promotion).data)


class VersionRollbackView(PromotionView):
    @extend_schema(
        operation_id="version_rollback",
        request=PromoteSerializer,
        responses={200: PromotionSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """Make live again what was live before."""
        promotion = versions.version_rollback(**self.particulars(request))
        return Response(PromotionSerializer(promotion).data)
