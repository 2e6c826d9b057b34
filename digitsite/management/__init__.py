"""`manage.py up`, which starts the whole site; an app's own commands are in that app."""
