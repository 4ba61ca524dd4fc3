"""The driver for Pythons that the other one cannot run on: Jython, IronPython, PyPy, CPython 2.7 and 3.4 to 3.10.

Standard library only, in the syntax that Python 2.7 and 3.4 share. It speaks the same protocol
(simulator/driver/protocol.md) and runs `sequential` and `threads` with that Python's own HTTP client.
"""
