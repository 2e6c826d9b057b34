"""Compare: a version beside another on the same data, its verdict as a sentence, what next."""
