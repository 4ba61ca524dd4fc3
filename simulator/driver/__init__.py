"""All that runs inside the measured interpreter: the standard library, one HTTP client and one parser.

The folder is started as a program (`python simulator/driver job.json`) by whatever Python is measured, which
needs neither this package nor its dependencies installed. See protocol.md.
"""
