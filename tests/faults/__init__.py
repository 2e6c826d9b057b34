"""Faults tried by chance: a few hundred in every run, thousands by `make faults`."""
