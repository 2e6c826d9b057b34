"""Whole numbers taken apart into what may be their digits: pure mathematics, without Django.

Reading the digits is `recognizer.serving`'s; nothing here knows the network or a row.
"""
