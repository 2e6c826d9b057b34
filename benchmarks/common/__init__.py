"""What several benchmarks share: data, networks, tables. Nothing is measured here itself."""
