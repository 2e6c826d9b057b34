"""The API's tokens: `Authorization: Bearer ...`, of which the site keeps only hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.request import Request

    from recognizer.models import AccessToken


class HashedTokenAuthentication(TokenAuthentication):
    """REST framework's tokens, but hashed, named, expiring and withdrawn by a click.

    They come as `Token ...` or, as clients made from the schema say it, as `Bearer ...`.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        scheme, _space, _key = get_authorization_header(request).partition(b" ")
        if scheme.lower() == b"bearer":
            self.keyword = "Bearer"  # REST framework makes one of this class for each request
        found: tuple[User, AccessToken] | None = super().authenticate(request)
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, AccessToken]:
        # Imported here: the gateway's throttle loads this class before Django's apps are.
        from recognizer.models import AccessToken
        from recognizer.services.team import token_of

        token = token_of(key, kind=AccessToken.Kind.API)
        if token is None:
            raise AuthenticationFailed(_("This token opens nothing, or no more."))
        return token.user, token
