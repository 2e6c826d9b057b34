"""What reads rows of runs, versions and drawings for the staff's pages, and writes none.

A rule about what may happen never stands here, nor does a request.
"""
