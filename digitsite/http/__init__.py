"""What every request and answer of the site passes, from the gateway to the shape of errors.

What a single page or call of the API needs stands in its app.
"""
