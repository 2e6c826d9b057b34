"""What changes rows, one function a decision: every entry point comes through here.

No request, no form and no response is known here; what only reads is in `selectors`.
"""
