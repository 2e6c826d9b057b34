"""Sign-on by OpenID Connect in a browser, whose policy lets no form lead to another site."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.provider import CLIENT, SECRET, provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_leads_there_and_back(
    page: Page, live_server: Any, settings: Any, complaints: list[str]
) -> None:
    with provider() as there:
        settings.OIDC_ISSUER, settings.OIDC_NAME = there.address, "the school"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        page.goto(f"{live_server.url}/account/sign-in/?next=/account/")
        page.get_by_role("button", name="Sign in with the school").click()
        expect(page.get_by_text("You are signed in as ann.")).to_be_visible()
    assert complaints == []
