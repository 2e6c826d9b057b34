"""The API's calls about the live model and the versions before and after it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from digitsite.exceptions import Unavailable
from recognizer import browser, serializers, versions
from recognizer.answer import Thresholds
from recognizer.api import ERRORS, REFUSALS, PublicView, StaffView, need
from recognizer.models import ModelVersion, Promotion


class ModelView(PublicView):
    @extend_schema(
        operation_id="model", responses={200: serializers.ModelSerializer, 503: ERRORS[503]}
    )
    def get(self, request: Request) -> Response:
        """The live version: its figures, and its files with their hashes."""
        promotion = Promotion.objects.newest()
        if promotion is None:
            raise Unavailable("No model version is live yet.", code="no_model")
        version = promotion.version
        return Response(
            {
                "version": version.number,
                "promoted_at": promotion.at,
                "normalisation": version.normalisation,
                "metrics": version.metrics,
                "files": version.manifest["files"],
                "thresholds": asdict(Thresholds.of(version.manifest)),
                "browser": browser.described(version),
            }
        )


class VersionsView(StaffView, ListAPIView[ModelVersion]):
    """All versions, the newest first."""

    serializer_class = serializers.VersionSerializer
    queryset = ModelVersion.objects.select_related("parent")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "live": ModelVersion.objects.live()}


class PromotionView(StaffView):
    """What the two ways of changing the live version have in common."""

    def particulars(self, request: Request) -> dict[str, Any]:
        by = need(request, "recognizer.add_promotion", "You may not change the live version.")
        checked = serializers.PromoteSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return {"by": by, **checked.validated_data}


class VersionPromoteView(PromotionView):
    @extend_schema(
        operation_id="version_promote",
        request=serializers.PromoteSerializer,
        responses={200: serializers.PromotionSerializer, **REFUSALS},
    )
    def post(self, request: Request, number: int) -> Response:
        """Make a version live for everyone."""
        particulars = self.particulars(request)
        version = get_object_or_404(ModelVersion, number=number)
        promotion = versions.version_promote(version=version, **particulars)
        return Response(serializers.PromotionSerializer(promotion).data)


class VersionRollbackView(PromotionView):
    @extend_schema(
        operation_id="version_rollback",
        request=serializers.PromoteSerializer,
        responses={200: serializers.PromotionSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Make live again what was live before."""
        promotion = versions.version_rollback(**self.particulars(request))
        return Response(serializers.PromotionSerializer(promotion).data)
