"""Commands of `manage.py` that bring drawings and versions in and out.

Entry points only: whatever changes a row goes through `services`.
"""
