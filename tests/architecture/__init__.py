"""The packages drawn and listed from their imports: `python -m tests.architecture`.

Which package may import which is not decided here but in pyproject.toml's contracts.
"""
