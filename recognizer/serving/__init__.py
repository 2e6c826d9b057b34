"""The network at answer time: files checked, loaded, run and turned into a verdict.

Nothing here reads or writes drawings; training and TensorFlow are never imported.
"""
