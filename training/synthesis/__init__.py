"""Synthetic pictures, one kind a module: regional variants, thick strokes, non-digits.

They are made by a random generator from nothing or from given examples; no file is read.
"""
