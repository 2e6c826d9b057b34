"""Who draws, and how much is kept of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

if TYPE_CHECKING:
    pass


class Metered(models.Model):
    """How much is kept of somebody: counted as it comes and goes, not when it is asked for."""

    stored_drawings = models.BigIntegerField(default=0, editable=False)
    stored_bytes = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class StorageUse(Metered):
    """How much is kept of the whole site, and how much came from one address on one day.

    An address is not written down but hashed, with the day in it, and forgotten after it.
    """

    SITE = "site"

    owner = models.CharField(max_length=64, primary_key=True)
    day = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.owner}: {self.stored_drawings} drawings, {self.stored_bytes} bytes"


class Contributor(Metered):
    """One person, or one browser, whose drawings are kept apart from all others'.

    A contributor is known by an account or, without one, by a signed cookie; the
    writer of an imported corpus by the corpus and the name there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributor",
    )
    origin = models.CharField(
        max_length=130,
        blank=True,
        editable=False,
        help_text="The corpus and the writer, where the drawings were imported.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    blocked = models.BooleanField(
        default=False, help_text="A blocked contributor's drawings are never trained on."
    )
    trusted = models.BooleanField(
        default=False,
        help_text="What they and the network say alike needs no second opinion.",
    )
    share_cap = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many drawings this contributor may weigh as in one training; "
        "empty means the site's own cap.",
    )
    # Counts up with whatever changes the hand: processes and browsers see by it that theirs is old.
    hand_generation = models.PositiveBigIntegerField(default=0, editable=False)
    remembers = models.BooleanField(
        default=True, help_text="What they say of their drawings counts at once in their answers."
    )

    class Meta:
        ordering = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["blocked"], condition=Q(blocked=True), name="contributor_blocked"),
            # The people with the most drawings, page by page.
            models.Index(fields=["-stored_drawings", "id"], name="contributor_by_drawings"),
        ]

    def __str__(self) -> str:
        if self.user:
            return self.user.get_username()
        return self.origin or gettext("visitor %(key)s") % {"key": str(self.pk)[:8]}
