"""The export of a trained network as the files of a version, and the trial of such files.

Versions are registered and promoted by `recognizer.services.versions`.
"""
