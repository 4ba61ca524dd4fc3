"""A whole scenario: design, prepare, schedule, run, judge, keep, resume; told as events, stopped by a token."""
