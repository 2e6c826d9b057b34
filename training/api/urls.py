"""The training API's addresses, below /api/v1/."""

from django.urls import path

from training.api import views

urlpatterns = [
    path("runs/", views.RunsView.as_view(), name="runs"),
    path("runs/<int:pk>/", views.RunView.as_view(), name="run"),
    path("runs/<int:pk>/cancel/", views.RunCancelView.as_view(), name="run-cancel"),
]
