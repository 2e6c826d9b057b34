"""Python and JavaScript find the same: in ink, in pictures, in probabilities and in words.

`javascript.py` asks the browser's modules in one Node process, `python.py` the server's.
What both are asked is made out of `SEED` and a number, so the name of a test that failed
brings its case back: `pytest "tests/twins/test_ink.py::test_a_digit_is_seen_alike[11 alike]"`.
"""

SEED = 9
