"""What Prometheus and probes are told: counters of the process, and the register of checks.

The apps add what they know; no check of theirs stands here.
"""
