"""Filters for the numbers on the studio's pages."""

from __future__ import annotations

from django import template

from recognizer import formatting

register = template.Library()
register.filter("per_hundred", formatting.per_hundred)
register.filter("chance", formatting.chance)
register.filter("at_most", formatting.at_most)
register.filter("percent", formatting.percent)
