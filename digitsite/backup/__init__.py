"""Backups: database, files and key in one archive, written while the site runs, and read back.

Entry points are the commands `backup` and `restore`; what is in the database is the apps'.
"""
