"""What both drivers do alike, one file for both: in the syntax that Python 2.7, 3.4 and 3.11 share.

Types stand in comments, which mypy reads. Only the standard library is imported, and only relatively.
"""
