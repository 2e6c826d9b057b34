"""Roles of the staff: reviewer, trainer, admin; each may what the one before may, and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class Role(TextChoices):
    """What somebody of the staff does; the values are names of groups."""

    REVIEWER = "reviewer", _("reviewer")
    TRAINER = "trainer", _("trainer")
    ADMIN = "admin", _("admin")


_REVIEWER = (
    "recognizer.change_drawing",
    "recognizer.view_drawing",
    "recognizer.view_contributor",
    "recognizer.view_modelversion",
    "training.view_trainingrun",
)
_TRAINER = (
    *_REVIEWER,
    "recognizer.add_promotion",
    "recognizer.view_promotion",
    "training.add_trainingrun",
    "training.change_trainingrun",
    "training.view_retraincheck",
)
_ADMIN = (
    *_TRAINER,
    "recognizer.change_contributor",
    "recognizer.delete_contributor",
    "recognizer.delete_drawing",
    "recognizer.manage_team",
)
PERMISSIONS = {Role.REVIEWER: _REVIEWER, Role.TRAINER: _TRAINER, Role.ADMIN: _ADMIN}
# The permission by which a role is known, also of who has it without the group.
_MARKS = {
    Role.REVIEWER: "recognizer.change_drawing",
    Role.TRAINER: "training.add_trainingrun",
    Role.ADMIN: "recognizer.manage_team",
}


def roles_install() -> None:
    """Makes the groups with their permissions, and only these; run after every `migrate`."""
    for role, names in PERMISSIONS.items():
        wanted = Q()
        for name in names:
            app, _dot, codename = name.partition(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.set(Permission.objects.filter(wanted))


def has_role(user: AbstractBaseUser | AnonymousUser, role: Role) -> bool:
    """Whether somebody may what the role may; whoever has a higher one has it too."""
    return bool(user.has_perm(_MARKS[role]))  # type: ignore[union-attr]


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """The highest role of somebody; None for who is not of the staff."""
    return next((role for role in reversed(Role) if has_role(user, role)), None)
