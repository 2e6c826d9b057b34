"""Drawings, predictions, the live version, the public site and its API.

Nothing here trains a network or imports `training`.
"""
