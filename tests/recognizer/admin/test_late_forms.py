"""A form of the administration that comes when the session is over."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognizer.models import Drawing
from tests.support import factories

if TYPE_CHECKING:
    from django.http import HttpResponse

    from recognizer.models import ModelVersion

pytestmark = pytest.mark.django_db

WORD = "paper-and-ink-7"
SIGN_IN = "/account/sign-in/"


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password=WORD)


def hidden(page: HttpResponse) -> dict[str, str]:
    """The hidden fields of a page's own form: the language's is another."""
    forms = re.findall(r"<form.*?</form>", page.content.decode(), re.S)
    (form,) = [one for one in forms if "/language/" not in one]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def test_it_works(root: User, live_model: ModelVersion) -> None:
    """A deletion that came too late is shown after the sign-in, and done once it is sent again."""
    drawing = factories.drawing(factories.contributor(), live_model)
    address = reverse("admin:recognizer_drawing_delete", args=[drawing.pk])
    client = Client(enforce_csrf_checks=True)
    client.get(SIGN_IN)
    token = client.cookies["csrftoken"].value
    late = client.post(address, {"post": "yes", "csrfmiddlewaretoken": token})
    assert late.status_code == 403
    assert "Your session has ended. Nothing is lost" in late.content.decode()
    shown = client.post(SIGN_IN, {**hidden(late), "username": "root", "password": WORD})
    assert f'action="{address}"' in shown.content.decode()
    assert Drawing.objects.filter(pk=drawing.pk).exists()
    assert client.post(address, hidden(shown)).status_code == 302
    assert not Drawing.objects.filter(pk=drawing.pk).exists()


def test_a_password_is_written_into_no_page(root: User) -> None:
    address = reverse("admin:auth_user_password_change", args=[root.pk])
    late = Client().post(address, {"password1": WORD, "password2": WORD})
    assert late.status_code == 302
    assert late.headers["Location"].endswith(f"?next={address}")


def test_who_may_not_go_in_there_is_refused_as_before() -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody"))
    address = reverse("admin:recognizer_drawing_changelist")
    assert client.post(address, {"action": "x"}, follow=True).status_code == 403
