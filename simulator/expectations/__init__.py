"""Expectations: conditions over what cells measured, as `throughput(threads) > 5 * throughput(sequential)`.

`parsing.parse` reads one, `checking.check` says what is wrong with it for a scenario. Pure; nothing in a condition is
ever evaluated as code.
"""
