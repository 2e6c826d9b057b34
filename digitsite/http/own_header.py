"""The header by which the page tells the site's answers from those given in its place.

The page believes no answer without it (static/js/exchange.js, offline/service-worker.js). It
stands alone because the gateway needs it before Django's apps are loaded.
"""

OWN_HEADER = "X-Digit-Reader"
