"""The database as any app meets it: locked by somebody else, or with tables of millions of rows.

No table is known here.
"""
