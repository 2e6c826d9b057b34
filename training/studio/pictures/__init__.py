"""Pictures of numbers for the studio's pages, as plain coordinates: the templates draw them.

Pure: what is shown comes from `training.selectors`.
"""
