"""Commands of `manage.py` that train, fetch MNIST, and complete or try a version's files.

Entry points only: who may ask for a run, and what a run does, is decided elsewhere.
"""
