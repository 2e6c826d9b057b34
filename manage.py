#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")
    from django.core.management import execute_from_command_line

    from digitsite.env import bad_settings_end_the_process

    with bad_settings_end_the_process():
        execute_from_command_line(sys.argv)
