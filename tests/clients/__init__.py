"""Clients made from the API's description go round the README's circle."""
