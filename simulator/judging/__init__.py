"""Expectations judged over a result document, and the document of a run with all that is concluded from it."""
