"""Corpora, dataset, network, runs and gate. It imports `recognizer`, never the reverse."""
