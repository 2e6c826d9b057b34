"""The studio, where staff review, train, judge and promote: one module a place.

Entry points only: whatever changes a row goes through services, what is shown comes from
selectors. `access` decides who may come in, `frame` has what every page shares.
"""
