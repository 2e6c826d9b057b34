"""Accounts and groups: Django's own pages, as careful about addresses and ticks as the others."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group, User

from digitsite.admin import StaffAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class UserAdmin(StaffAdmin[User], auth.UserAdmin):  # type: ignore[type-arg]
    """Accounts."""

    linked_lookups = ("groups__id__exact",)  # of its filter by group


@admin.register(Group)
class GroupAdmin(StaffAdmin[Group], auth.GroupAdmin):
    """Groups of accounts."""
