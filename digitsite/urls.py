"""Every address of the site."""

from csp.decorators import csp_update
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from digitsite import health
from digitsite.errors import page_or_body
from digitsite.throttling import limited_login

api: list[URLPattern | URLResolver] = [
    path("", include("recognizer.api_urls")),
    path("", include("training.api_urls")),
    path("schema/", SpectacularAPIView.as_view(throttle_classes=[]), name="schema"),
]

# Swagger UI writes styles of its own into the page; its script stays a file of ours.
swagger = csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api:schema")
)

urlpatterns = [
    path("", include("recognizer.urls")),
    path("language/", set_language, name="set_language"),
    path("api/v1/", include((api, "api"))),
    path("api/docs/", swagger, name="docs"),
    path("admin/login/", limited_login(admin.site.login)),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = page_or_body(defaults.bad_request, 400, "bad_request", "The request cannot be read.")
handler404 = page_or_body(defaults.page_not_found, 404, "not_found", "There is no such thing here.")
handler500 = page_or_body(
    defaults.server_error, 500, "server_error", "Something broke here; it was logged."
)
