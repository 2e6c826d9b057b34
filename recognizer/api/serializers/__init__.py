"""The shapes of the API: what comes in is described here, what goes out is built here.

REST framework takes declared fields out of the class, so one called `label` shadows no attribute of
the serializer itself; the ignored types say otherwise. What a request means stands in the views.
"""
