"""Guards at the edges: what comes in and what goes out, checked by Great Expectations."""
