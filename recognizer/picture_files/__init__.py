"""The insides of image files, as far as their cost and safety depend on them.

What is on a picture is `preprocessing`'s; nothing here looks at a pixel.
"""
