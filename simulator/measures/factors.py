"""Factors that the program itself speaks of: what they are called in cells, tables and conditions."""

STRATEGY = "strategy"
IN_FLIGHT = "in_flight"
CASE = "case"
RUNTIME = "runtime"
PARSER = "job.parser"
PARSE_COST = "job.parse_cost"
"""A crossover runs along it."""
ARRIVAL_RATE = "arrivals.rate"

BASELINE = "sequential"
"""The strategy that speed-ups are over; every combination has it."""
