"""What can be done with model versions: register, install, promote, roll back."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max

from digitsite.exceptions import Conflict
from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion
from recognizer.services import audit, notices
from recognizer.serving import artifacts, golden, inspection, registry

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"


def version_create(
    *,
    place: str,
    manifest: dict[str, Any],
    parent: ModelVersion | None,
    gate_verdict: str,
    gate_report: dict[str, Any],
    golden_answers: list[list[float]] | None = None,
) -> ModelVersion:
    """Makes the row, with the next number, of an artifact that `artifacts.store` has stored."""
    with transaction.atomic():
        last = ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0
        return ModelVersion.objects.create(
            number=last + 1,
            artifact=place,
            manifest=manifest,
            parent=parent,
            gate_verdict=gate_verdict,
            gate_report=gate_report,
            golden=golden_answers,
        )


def version_install(*, folder: Path = SHIPPED) -> ModelVersion | None:
    """Stores an artifact and makes it live, where no version is; None where one is.

    Any but the shipped one is hostile until proven: it is inspected and tried before it
    is loaded. Raises `BadArtifact`. Of two installations at once one succeeds: only one
    promotion can be the first.
    """
    if Promotion.objects.exists():
        return None
    artifacts.check_folder(folder)
    place, manifest = artifacts.store(folder)
    try:
        _prove(place, manifest)
        engine = registry.load_engine(ModelVersion(artifact=place, manifest=manifest))
        with transaction.atomic():
            version = version_create(
                place=place,
                manifest=manifest,
                parent=None,
                gate_verdict=ModelVersion.GateVerdict.PASSED,
                gate_report={"verdict": "passed", "checks": [], "installed": True},
                golden_answers=golden.answers(engine),
            )
            _promote(version, Promotion.Kind.INSTALL, None, "installed", follows=None)
    except BaseException as error:
        artifacts.remove(place, manifest)
        if isinstance(error, (Conflict, IntegrityError)) and Promotion.objects.exists():
            return None
        raise
    return version


def shipped_is_new() -> bool:
    """Whether a version is live, and the shipped network was never one here.

    So it is where the site was brought up to date.
    """
    if not Promotion.objects.exists():
        return False
    try:
        manifest = artifacts.read_manifest(SHIPPED)
    except BadArtifact as error:
        logger.warning("The shipped network is not looked at: %s", error)
        return False
    return not ModelVersion.objects.of_network(manifest).exists()


def version_offer(*, folder: Path, gate_report: dict[str, Any]) -> ModelVersion | None:
    """Stores an artifact from elsewhere, judged here, as a version that may be promoted.

    None where its network is a version already: of several at once one succeeds. Raises
    `BadArtifact`.
    """
    place, manifest = artifacts.store(folder)
    version = None
    try:
        answers = first_answers(place, manifest)
        with transaction.atomic():
            # Whoever else would do the same waits here, and then finds the version.
            Promotion.objects.select_for_update().first()
            if not ModelVersion.objects.of_network(manifest).exists():
                version = version_create(
                    place=place,
                    manifest=manifest,
                    parent=None,
                    gate_verdict=gate_report["verdict"],
                    gate_report={**gate_report, "installed": True},
                    golden_answers=answers,
                )
    finally:
        if version is None:
            artifacts.remove(place, manifest)
    return version


def _prove(place: str, manifest: dict[str, Any]) -> None:
    """Inspects and tries a stored artifact, except the shipped one, known by its hashes."""
    if manifest == artifacts.read_manifest(SHIPPED):
        return
    inspection.check_files(place, manifest)
    inspection.try_out(place, manifest)


def version_promote(
    *,
    version: ModelVersion,
    by: User | None,
    reason: str = "",
    expected_live: int | None = None,
) -> Promotion:
    """Makes a version live for every process.

    `expected_live` is the number of the version that the caller saw as live; raises
    `Conflict` where another was promoted since, where this one is live already, where it
    failed the gate or, undecided, nobody gives a reason, and where its files are not those
    that were stored or cannot answer: all are inspected here first, and the network is loaded
    and warmed.
    """
    newest = _newest(expected_live)
    if newest and newest.version_id == version.pk:
        raise Conflict(f"Version {version.number} is live already.", code="already_live")
    _must_be_let_through(version, by, reason)
    _must_be_whole(version)
    return _promote(version, Promotion.Kind.PROMOTE, by, reason, follows=newest)


def _must_be_let_through(version: ModelVersion, by: User | None, reason: str) -> None:
    """Raises `Conflict` unless the gate, or a person with a reason, lets the version through."""
    if version.gate_verdict == ModelVersion.GateVerdict.FAILED:
        raise Conflict(
            f"Version {version.number} did not pass the gate and cannot be promoted.",
            code="gate_failed",
        )
    undecided = version.gate_verdict == ModelVersion.GateVerdict.UNDECIDED
    if undecided and (by is None or not reason.strip()):
        raise Conflict(
            f"The gate could not decide on version {version.number}: only a person promotes it, "
            "with a written reason.",
            code="reason_needed",
        )


def version_rollback(
    *, by: User | None, reason: str = "", expected_live: int | None = None
) -> Promotion:
    """Makes the version live again that was live before the live one was promoted.

    Rolling back twice goes back two steps, not back and forth. Raises `Conflict`
    where nothing was live before, where the version of then would not be promoted, and
    where `expected_live`, a version's number, is live no more.
    """
    newest = _newest(expected_live)
    target = _before(newest)
    if target is None:
        raise Conflict("There is no earlier version to go back to.", code="nothing_before")
    _must_be_whole(target.version)
    return _promote(target.version, Promotion.Kind.ROLLBACK, by, reason, follows=newest)


def rollback_target() -> ModelVersion | None:
    """The version that a roll-back would make live, less its manifest; None where there is none."""
    target = _before(Promotion.objects.newest())
    return target.version if target else None


def _before(newest: Promotion | None) -> Promotion | None:
    """The promotion before the newest one that no roll-back has undone; None without one."""
    undone = 0
    rows = Promotion.objects.select_related("version").order_by("-pk")
    rows = rows.defer("version__manifest", "version__gate_report")
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


def _must_be_whole(version: ModelVersion) -> None:
    """Raises `Conflict` where an artifact's files were damaged or replaced, or cannot answer.

    Nor may it answer the golden drawings otherwise than when it was first loaded here.
    """
    try:
        inspection.check_files(version.artifact, version.manifest)
        answers = golden.answers(registry.load_engine(version))
    except BadArtifact as error:
        raise Conflict(
            f"Version {version.number} cannot be used: {error}", code="bad_artifact"
        ) from error
    if version.golden is None:
        ModelVersion.objects.filter(pk=version.pk, golden__isnull=True).update(golden=answers)
        return
    if differences := golden.differences(answers, version.golden):
        raise Conflict(
            f"Version {version.number} does not answer as it did when it was made: "
            f"{'; '.join(differences)}.",
            code="golden_failed",
        )


def first_answers(place: str, manifest: dict[str, Any]) -> list[list[float]] | None:
    """What a network answers the golden drawings at its first load; None where it cannot load.

    A version that cannot is refused when it is to be promoted, not when it is made.
    """
    try:
        engine = registry.load_engine(ModelVersion(artifact=place, manifest=manifest))
        return golden.answers(engine)
    except BadArtifact as error:
        logger.warning("The network in %s answers no golden drawing: %s", place, error)
        return None


def _promote(
    version: ModelVersion,
    kind: str,
    by: User | None,
    reason: str,
    *,
    follows: Promotion | None,
) -> Promotion:
    """Adds the row. Raises `Conflict` where another promotion follows the same one already."""
    try:
        with transaction.atomic():
            promotion = Promotion.objects.create(
                version=version, kind=kind, by=by, reason=reason[:200], follows=follows
            )
            is_rollback = kind == Promotion.Kind.ROLLBACK
            audit.record(
                what=audit.What.ROLLBACK if is_rollback else audit.What.PROMOTION,
                by=by,
                why=reason,
                before={"live": follows.version.number if follows else None},
                after={"live": version.number},
                number=version.number,
            )
            notices.version_live(promotion=promotion)
            transaction.on_commit(registry.look_again)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else has just changed the live version.", code="live_changed"
        ) from error
    logger.info("Version %s is live (%s by %s).", version.number, kind, by or "the site")
    return promotion
