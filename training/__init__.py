"""Data, network, runs and gate: how a candidate version is made and evaluated.

It imports `recognizer`, never the reverse; it answers no visitor.
"""
