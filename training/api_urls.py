"""The training API's addresses, below /api/v1/."""

from django.urls import path

from training import api

urlpatterns = [
    path("runs/", api.RunsView.as_view(), name="runs"),
    path("runs/<int:pk>/", api.RunView.as_view(), name="run"),
    path("runs/<int:pk>/cancel/", api.RunCancelView.as_view(), name="run-cancel"),
]
