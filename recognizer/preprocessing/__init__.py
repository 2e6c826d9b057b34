"""Ink and pictures -> the 28x28 that the network reads: pure mathematics, without Django.

Nothing here knows settings, requests, rows or the network.
"""
