"""The public pages' addresses."""

from django.urls import path

from recognizer import views, views_account, views_drawings, views_model, views_offline

app_name = "recognizer"
urlpatterns = [
    path("", views.draw, name="draw"),
    path("about/", views.about, name="about"),
    path("about/between/<int:one>-<int:other>/<int:step>.svg", views.between, name="between"),
    path("drawings/<uuid:pk>/", views_drawings.drawing, name="drawing"),
    path("drawings/<uuid:pk>/picture/", views_drawings.drawing_picture, name="drawing-picture"),
    path("drawings/<uuid:pk>/seen/", views_drawings.drawing_seen, name="drawing-seen"),
    path("drawings/<uuid:pk>/label/", views_drawings.drawing_label, name="drawing-label"),
    path("drawings/<uuid:pk>/delete/", views_drawings.drawing_delete, name="drawing-delete"),
    path("offline/", views_offline.offline, name="offline"),
    path("service-worker.js", views_offline.service_worker, name="service-worker"),
    path("site.webmanifest", views_offline.web_manifest, name="web-manifest"),
    path("models/<int:number>/<slug:sha256>/<str:name>", views_model.model_file, name="model-file"),
    path("mine/", views_drawings.mine, name="mine"),
    path("mine/export/", views_drawings.mine_export, name="mine-export"),
    path("mine/forget/", views_drawings.mine_forget, name="mine-forget"),
    path("account/", views_account.account, name="account"),
    path("account/sign-up/", views_account.sign_up, name="sign-up"),
    path("account/sign-in/", views_account.sign_in, name="sign-in"),
    path("account/sign-out/", views_account.sign_out, name="sign-out"),
    path("account/password/", views_account.password, name="account-password"),
    path("account/delete/", views_account.delete, name="account-delete"),
]
