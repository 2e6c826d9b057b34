"""Drawings, predictions, the live version, the public site and its API."""
