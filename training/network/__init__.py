"""The network, its recipe and its training; TensorFlow is imported by `backend` alone.

No row and no file of a version is known here.
"""
