"""Pure functions of results: measures, validity, intervals, summaries, findings."""
