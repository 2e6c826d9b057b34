"""The export of everything that the site holds of one person's drawings."""

from __future__ import annotations

import base64
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from recognizer.api.serializers.drawings import DrawingSerializer
from recognizer.models import Contributor, Drawing
from recognizer.selectors import drawing_status, hand
from recognizer.services.hands import kept_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User


# Rows in memory while they are written out.
EXPORTED_AT_ONCE = 100


def export(contributor: Contributor | None, account: User | None) -> Iterator[str]:
    """Lines of JSON: the account, where there is one, the hand, each drawing, the oldest first."""
    if account is not None:
        yield _line({"account": _account(account)})
    if contributor is None:
        return
    yield _line({"hand": _hand(contributor)})
    rows = Drawing.objects.with_status().filter(contributor=contributor).order_by("created_at")
    stored = rows.iterator(chunk_size=EXPORTED_AT_ONCE)
    while drawings := list(islice(stored, EXPORTED_AT_ONCE)):
        for drawing, now in zip(drawings, drawing_status.predictions_now(drawings), strict=True):
            yield _line(held(drawing, now))


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def _account(user: User) -> dict[str, Any]:
    """What is held of an account, but for the password's hash."""
    return {
        "name": user.get_username(),
        "made_at": user.date_joined,
        "last_sign_in_at": user.last_login,
    }


def _hand(contributor: Contributor) -> dict[str, Any]:
    """What is remembered: the ids of drawings, which have lines of their own; the rest is derived
    from these."""
    state = hand.state(contributor)
    return {
        "remembers": state.remembers,
        "mended": state.mended,
        "drawings": [row.drawing for row in kept_rows(contributor.pk)],
    }


def held(drawing: Drawing, now: drawing_status.PredictionNow | None) -> dict[str, Any]:
    """What is held of a drawing: the API's fields, the ink or image, and the glyph's 784 values.

    `now` is the live version's prediction, where one answers.
    """
    return {
        **DrawingSerializer(drawing).data,
        "now": now,
        "fate": drawing_status.status_sentence(drawing, now),
        "strokes": drawing.strokes,
        "canvas": drawing.canvas,
        "image": _image(drawing),
        "seen": list(bytes(drawing.pixels)),
        "normalisation": drawing.normalisation,
    }


def _image(drawing: Drawing) -> str | None:
    """The uploaded image's file in base64; None for ink, and where the file is lost."""
    if not drawing.image:
        return None
    try:
        with drawing.image.open() as file:
            return base64.b64encode(file.read()).decode()
    except OSError:  # a lost file is no reason to keep back the rest
        return None
