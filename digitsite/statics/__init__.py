"""Scripts, styles and packages on their way to browsers: found, hashed, compressed, announced.

What they do there is written in `static/`; what people upload never comes here.
"""
