"""From a result document to what a person reads: an ordered list of parts, and renderers that know only kinds."""
