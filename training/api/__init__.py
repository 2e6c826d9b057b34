"""The REST API's calls about runs: parse once, call one service, answer JSON.

No rule stands here.
"""
