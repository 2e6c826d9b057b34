"""What the admin's first page tells of drawings, versions and runs; it changes nothing."""
