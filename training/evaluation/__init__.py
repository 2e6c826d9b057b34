"""The evaluation of a candidate and the gate: pure functions of answers and labels.

Only `comparison` runs networks; nothing here trains, promotes or changes a row.
"""
