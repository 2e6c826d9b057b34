"""The processes of a site that one command starts: who watches them, what they leave behind.

What a process does is never here.
"""
