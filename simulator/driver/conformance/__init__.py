"""Whether a client does what one has to do: asked of it in the interpreter that is to run it."""

from .session import run_conformance

__all__ = ["run_conformance"]
