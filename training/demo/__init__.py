"""A site filled with generated ink, people, runs and versions: to click through, and to measure.

Nothing here pretends: contributors and users are called demo, and what is said of a version's
figures says that they are made up.
"""
