"""The public API's addresses, below /api/v1/."""

from django.urls import path

from recognizer import api, api_drawings, api_versions

urlpatterns = [
    path("predict/", api.PredictView.as_view(), name="predict"),
    path("predict/batch/", api.PredictBatchView.as_view(), name="predict-batch"),
    path("drawings/", api_drawings.DrawingsView.as_view(), name="drawings"),
    path("drawings/<uuid:pk>/", api_drawings.DrawingView.as_view(), name="drawing"),
    path(
        "drawings/<uuid:pk>/label/", api_drawings.DrawingLabelView.as_view(), name="drawing-label"
    ),
    path(
        "drawings/<uuid:pk>/review/",
        api_drawings.DrawingReviewView.as_view(),
        name="drawing-review",
    ),
    path("model/", api_versions.ModelView.as_view(), name="model"),
    path("versions/", api_versions.VersionsView.as_view(), name="versions"),
    path("versions/rollback/", api_versions.VersionRollbackView.as_view(), name="rollback"),
    path(
        "versions/<int:number>/promote/", api_versions.VersionPromoteView.as_view(), name="promote"
    ),
]
