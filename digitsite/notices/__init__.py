"""Notices to people and programs elsewhere: webhooks and e-mail, out of rows that a worker sends.

What is told of, and in which words, is the apps'.
"""
