"""Every address of the site."""

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularSwaggerSplitView

from digitsite.http.errors import page_or_body, server_error
from digitsite.http.headers import content_policy
from recognizer.api.schema_view import SchemaView
from recognizer.web import health
from recognizer.web.account import admin_login

api: list[URLPattern | URLResolver] = [
    path("", include("recognizer.api.urls")),
    path("", include("training.api.urls")),
    path("schema/", SchemaView.as_view(), name="schema"),
]


@csrf_exempt  # as all of REST framework's are; this one is only read
@require_safe  # REST framework has no page for an answer to other methods
def swagger(request: HttpRequest) -> HttpResponseBase:
    """The API's page. Swagger UI writes styles of its own into it; its script is a file of ours."""
    response = SpectacularSwaggerSplitView.as_view(url_name="api:schema")(request)
    own = content_policy(style_src="'self' 'unsafe-inline'")
    response.headers["Content-Security-Policy"] = own
    return response


urlpatterns = [
    # First, because it is asked most often, and every pattern before it is tried in vain.
    path("api/v1/", include((api, "api"))),
    path("", include("recognizer.web.urls")),
    path("language/", set_language, name="set_language"),
    path("api/docs/", swagger, name="docs"),
    path("studio/", include("training.studio.urls")),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = page_or_body(defaults.bad_request, 400, "bad_request", "The request cannot be read.")
handler404 = page_or_body(defaults.page_not_found, 404, "not_found", "There is no such thing here.")
handler500 = server_error
