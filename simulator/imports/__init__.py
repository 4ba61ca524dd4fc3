"""Recordings of real answers, made into what the mock server serves: bodies, delays, times of arrival."""
