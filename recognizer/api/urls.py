"""The public API's addresses, below /api/v1/."""

from django.urls import path

from recognizer.api import drawings, hand, versions
from recognizer.api.pictures import PicturesView
from recognizer.api.predictions import PredictBatchView, PredictView

urlpatterns = [
    path("predict/", PredictView.as_view(), name="predict"),
    path("predict/batch/", PredictBatchView.as_view(), name="predict-batch"),
    path("pictures/", PicturesView.as_view(), name="pictures"),
    path("drawings/", drawings.DrawingsView.as_view(), name="drawings"),
    path("drawings/<uuid:pk>/", drawings.DrawingView.as_view(), name="drawing"),
    path("drawings/<uuid:pk>/label/", drawings.DrawingLabelView.as_view(), name="drawing-label"),
    path(
        "drawings/<uuid:pk>/review/",
        drawings.DrawingReviewView.as_view(),
        name="drawing-review",
    ),
    path("hand/", hand.HandView.as_view(), name="hand"),
    path("hand/forget/", hand.HandForgetView.as_view(), name="hand-forget"),
    path("hand/settings/", hand.HandSettingsView.as_view(), name="hand-settings"),
    path("hand/fresh/", hand.HandFreshView.as_view(), name="hand-fresh"),
    path("hand/back/", hand.HandBackView.as_view(), name="hand-back"),
    path("model/", versions.ModelView.as_view(), name="model"),
    path("versions/", versions.VersionsView.as_view(), name="versions"),
    path("versions/rollback/", versions.VersionRollbackView.as_view(), name="rollback"),
    path("versions/<int:number>/files/", versions.VersionFilesView.as_view(), name="version-files"),
    path("versions/<int:number>/promote/", versions.VersionPromoteView.as_view(), name="promote"),
]
