"""The public pages' addresses."""

from django.urls import path

from recognizer.web import (
    account,
    digit_pad,
    drawings,
    hand,
    links,
    model_files,
    offline,
    pages,
    sign_on,
)

app_name = "recognizer"
urlpatterns = [
    path("", pages.draw, name="draw"),
    path("about/", pages.about, name="about"),
    path("about/between/<int:one>-<int:other>/<int:step>.svg", pages.between, name="between"),
    path("drawings/<uuid:pk>/", drawings.drawing, name="drawing"),
    path("drawings/<uuid:pk>/picture/", drawings.drawing_picture, name="drawing-picture"),
    path("drawings/<uuid:pk>/seen/", drawings.drawing_seen, name="drawing-seen"),
    path("drawings/<uuid:pk>/label/", drawings.drawing_label, name="drawing-label"),
    path("drawings/<uuid:pk>/delete/", drawings.drawing_delete, name="drawing-delete"),
    path("offline/", offline.offline, name="offline"),
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path("digit-pad.js", digit_pad.digit_pad, name="digit-pad"),
    path("site.webmanifest", offline.web_manifest, name="web-manifest"),
    path("models/<int:number>/<slug:sha256>/<str:name>", model_files.model_file, name="model-file"),
    path(
        "models/<int:number>/signed/<str:name>/<str:signature>",
        model_files.signed_file,
        name="signed-file",
    ),
    path("mine/", drawings.mine, name="mine"),
    path("mine/export/", drawings.mine_export, name="mine-export"),
    path("mine/forget/", drawings.mine_forget, name="mine-forget"),
    path("mine/hand/forget/", hand.forget, name="hand-forget"),
    path("mine/hand/remember/", hand.remember, name="hand-remember"),
    path("mine/hand/settings/", hand.settings, name="hand-settings"),
    path("account/", account.account, name="account"),
    path("account/sign-up/", account.sign_up, name="sign-up"),
    path("account/sign-in/", account.sign_in, name="sign-in"),
    path("account/sign-out/", account.sign_out, name="sign-out"),
    path("account/confirm/", account.confirm, name="account-confirm"),
    path("account/link/<str:secret>/", links.sign_in_link, name="sign-in-link"),
    path("account/sign-on/", sign_on.start, name="sign-on"),
    path("account/sign-on/back/", sign_on.back, name="sign-on-back"),
    path("account/password/", account.password, name="account-password"),
    path("account/delete/", account.delete, name="account-delete"),
]
