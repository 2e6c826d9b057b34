"""Everything that `make test` checks, in one list."""
