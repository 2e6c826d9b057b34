"""What can be done with model versions: register, install, promote, roll back."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max

from digitsite.exceptions import Conflict
from recognizer import artifacts, registry
from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent / "shipped"


def version_create(
    *,
    place: str,
    manifest: dict[str, Any],
    parent: ModelVersion | None,
    gate_passed: bool,
    gate_report: dict[str, Any],
) -> ModelVersion:
    """A row for an artifact that `artifacts.store` has put in its place."""
    with transaction.atomic():
        last = ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0
        return ModelVersion.objects.create(
            number=last + 1,
            artifact=place,
            manifest=manifest,
            parent=parent,
            gate_passed=gate_passed,
            gate_report=gate_report,
        )


def version_install(*, folder: Path = SHIPPED) -> ModelVersion | None:
    """Stores an artifact and makes it live, where nothing is; None where something is.

    Raises `BadArtifact`. Of two installations at once one succeeds: only one
    promotion can be the first.
    """
    if Promotion.objects.exists():
        return None
    place, manifest = artifacts.store(folder)
    try:
        registry.load_engine(ModelVersion(artifact=place, manifest=manifest))
        with transaction.atomic():
            version = version_create(
                place=place,
                manifest=manifest,
                parent=None,
                gate_passed=True,
                gate_report={"passed": True, "checks": [], "installed": True},
            )
            _promote(version, Promotion.Kind.INSTALL, None, "installed", follows=None)
    except BaseException as error:
        artifacts.remove(place, manifest)
        if isinstance(error, (Conflict, IntegrityError)) and Promotion.objects.exists():
            return None
        raise
    return version


def version_promote(
    *,
    version: ModelVersion,
    by: User | None,
    reason: str = "",
    expected_live: int | None = None,
) -> Promotion:
    """Makes a version live for every process.

    `expected_live` is the number of the version the asker saw as live; where
    another was promoted since, `Conflict` tells so. The artifact is loaded and
    warmed here first: one that cannot answer never becomes live.
    """
    newest = _newest(expected_live)
    if newest and newest.version_id == version.pk:
        raise Conflict(f"Version {version.number} is live already.", code="already_live")
    if not version.gate_passed:
        raise Conflict(
            f"Version {version.number} did not pass the gate and cannot be promoted.",
            code="gate_failed",
        )
    _must_load(version)
    return _promote(version, Promotion.Kind.PROMOTE, by, reason, follows=newest)


def version_rollback(
    *, by: User | None, reason: str = "", expected_live: int | None = None
) -> Promotion:
    """Makes live again what was live before the live version was promoted.

    Rolling back twice goes back two steps, not back and forth.
    """
    newest = _newest(expected_live)
    target = _before(newest)
    if target is None:
        raise Conflict("There is no earlier version to go back to.", code="nothing_before")
    _must_load(target.version)
    return _promote(target.version, Promotion.Kind.ROLLBACK, by, reason, follows=newest)


def _before(newest: Promotion | None) -> Promotion | None:
    """The promotion a roll-back returns to: undoes the newest that is not undone yet."""
    undone = 0
    rows = Promotion.objects.select_related("version").order_by("-pk")
    for promotion in rows.filter(pk__lte=newest.pk) if newest else []:
        if promotion.kind == Promotion.Kind.ROLLBACK:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return rows.filter(pk__lt=promotion.pk).first()
    return None


def _newest(expected_live: int | None) -> Promotion | None:
    newest = Promotion.objects.newest()
    number = newest.version.number if newest else None
    if expected_live is not None and number != expected_live:
        raise Conflict(
            f"Version {number} has become live in the meantime, not {expected_live}.",
            code="live_changed",
        )
    return newest


def _must_load(version: ModelVersion) -> None:
    try:
        registry.load_engine(version)
    except BadArtifact as error:
        raise Conflict(
            f"Version {version.number} cannot be loaded: {error}", code="bad_artifact"
        ) from error


def _promote(
    version: ModelVersion,
    kind: str,
    by: User | None,
    reason: str,
    *,
    follows: Promotion | None,
) -> Promotion:
    """Adds the row; `Conflict` where another promotion follows the same one already."""
    try:
        with transaction.atomic():
            promotion = Promotion.objects.create(
                version=version, kind=kind, by=by, reason=reason[:200], follows=follows
            )
    except IntegrityError as error:
        raise Conflict(
            "Somebody else has just changed the live version.", code="live_changed"
        ) from error
    logger.info("Version %s is live (%s by %s).", version.number, kind, by or "the site")
    return promotion
