"""Only what the worker of the table of functions imports: a folder of its own, so that it hides no other module."""
