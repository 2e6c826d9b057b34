"""What stands between the network and the site: whole requests in, whole answers out.

Nothing here knows what a request is for; how an answer looks is `digitsite.http`'s.
"""
