"""The API's calls about training runs, all for staff."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from recognizer.api.base import CONFLICT, TRAINERS, StaffView, require_permission
from training import services
from training.api.serializers import NewRunSerializer, RunSerializer
from training.models import TrainingRun

RUNS = TrainingRun.objects.select_related("requested_by", "champion", "candidate")


@extend_schema_view(get=extend_schema(operation_id="run_list"))
class RunsView(StaffView, ListAPIView[TrainingRun]):
    """List all runs, the newest first."""

    serializer_class = RunSerializer
    queryset = RUNS

    @extend_schema(
        operation_id="run_request",
        tags=[TRAINERS],
        request=NewRunSerializer,
        responses={201: RunSerializer, **CONFLICT},
    )
    def post(self, request: Request) -> Response:
        """Ask for a training.

        One is active at a time; another is refused with 409.
        """
        user = require_permission(
            request, "training.add_trainingrun", "You may not start a training."
        )
        checked = NewRunSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        if checked.validated_data["auto_promote"]:
            require_permission(
                request, "recognizer.add_promotion", "You may not have a candidate promoted."
            )
        run = services.run_request(
            trigger=TrainingRun.Trigger.API,
            reason="Asked for through the API.",
            by=user,
            **checked.validated_data,
        )
        return Response(RunSerializer(run).data, status=201)


@extend_schema_view(get=extend_schema(operation_id="run_get"))
class RunView(StaffView, RetrieveAPIView[TrainingRun]):
    """See a run: state, progress, figures of every epoch, and the gate's report."""

    serializer_class = RunSerializer
    queryset = RUNS


class RunCancelView(StaffView):
    callers = TRAINERS

    @extend_schema(
        operation_id="run_cancel", request=None, responses={200: RunSerializer, **CONFLICT}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Cancel a run that is queued or at work."""
        by = require_permission(
            request, "training.change_trainingrun", "You may not cancel a training."
        )
        run = services.run_cancel(run=get_object_or_404(RUNS, pk=pk), by=by)
        return Response(RunSerializer(run).data)
