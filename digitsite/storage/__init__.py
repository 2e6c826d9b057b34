"""The disk under the site: how much is left, and files that are there whole or not at all.

What the site keeps there, and for whom, is the apps'.
"""
