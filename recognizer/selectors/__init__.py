"""What reads rows and writes none: answers that pages, API and commands show.

A rule about what may happen never stands here, nor does a request.
"""
