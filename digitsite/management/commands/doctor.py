"""`manage.py doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from digitsite import doctor
from digitsite.doctor import State


class Command(BaseCommand):
    """Looks at everything, says it in lines, and ends with 1 where something is broken."""

    help = "Says what is wrong with this installation, and how to mend it."
    # It tells of them itself, and a site that fails them needs a doctor most.
    requires_system_checks: list[str] = []  # noqa: RUF012  (as Django declares it)

    def handle(self, **options: Any) -> None:
        findings = doctor.examine()
        for finding in findings:
            self.stdout.write(f"{finding.state.value:<7} {finding.what}: {finding.said}")
            if finding.remedy and finding.state is not State.WELL:
                self.stdout.write(f"        {finding.remedy}")
        broken = sum(finding.state is State.BROKEN for finding in findings)
        odd = sum(finding.state is State.ODD for finding in findings)
        self.stdout.write(f"{broken} broken, {odd} to look at.")
        if broken:
            sys.exit(1)
