"""A whole scenario: prepare, schedule, run, judge, keep, resume."""
