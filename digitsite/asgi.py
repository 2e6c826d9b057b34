"""The ASGI application that `manage.py up` serves: the site behind the gateway."""

import gc
import resource

from django.conf import settings

from digitsite.gateway import connections
from digitsite.gateway.application import Gateway
from digitsite.gateway.limits import Limits
from digitsite.wsgi import application as site  # sets Django up, and loads the live model

# Each connection is a file, and its answer may be another.
OPEN_FILES = 2 * connections.CONNECTIONS


def allow_open_files() -> None:
    """The usual limit is 1,024: that many idle connections would leave no room for a caller."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


allow_open_files()
# What has been loaded stays: no collection has to look through it again.
gc.collect()
gc.freeze()
application = Gateway(site, Limits(body_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
if not settings.TRUSTED_PROXIES:  # else all connections are the proxy's
    connections.watch(application.at_work)
