"""The API's calls about training runs, all for staff."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from recognizer.api import REFUSALS, StaffView, need
from training import services
from training.models import TrainingRun
from training.serializers import NewRunSerializer, RunSerializer

RUNS = TrainingRun.objects.select_related("requested_by", "champion", "candidate")


class RunsView(StaffView, ListAPIView[TrainingRun]):
    """All runs, the newest first; a new one starts here."""

    serializer_class = RunSerializer
    queryset = RUNS

    @extend_schema(
        operation_id="run_request",
        request=NewRunSerializer,
        responses={201: RunSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Queue a training. One is active at a time; another is refused with 409."""
        asker = need(request, "training.add_trainingrun", "You may not start a training.")
        checked = NewRunSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        if checked.validated_data["auto_promote"]:
            need(request, "recognizer.add_promotion", "You may not have a candidate promoted.")
        run = services.run_request(
            trigger=TrainingRun.Trigger.API,
            reason="Asked for through the API.",
            by=asker,
            **checked.validated_data,
        )
        return Response(RunSerializer(run).data, status=201)


class RunView(StaffView, RetrieveAPIView[TrainingRun]):
    """One run: state, progress, figures of every epoch, and the gate's report."""

    serializer_class = RunSerializer
    queryset = RUNS


class RunCancelView(StaffView):
    @extend_schema(
        operation_id="run_cancel", request=None, responses={200: RunSerializer, **REFUSALS}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Cancel a run that is queued or at work."""
        need(request, "training.change_trainingrun", "You may not cancel a training.")
        run = services.run_cancel(run=get_object_or_404(RUNS, pk=pk))
        return Response(RunSerializer(run).data)
