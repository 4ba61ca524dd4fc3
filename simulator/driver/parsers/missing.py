"""What is said when an import fails: which module, in which Python, and how to choose another."""

import sys

from .interface import ParserUnavailableError


def unavailable(wanted: str, error: ImportError, *, package: str | None = None) -> ParserUnavailableError:
    """Explain a failed import.

    Args:
        wanted: The module that was to be imported.
        error: What the import raised.
        package: The name it is installed by, where that is known.
    """
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        inside = (
            "" if wanted == error.name or wanted.startswith(f"{error.name}.") else f" (needed by {wanted})"
        )
        problem = f"there is no module {error.name!r}{inside}"
    else:
        problem = f"{wanted} cannot be imported ({error})"
    install = f"install {package} there, or " if package else ""
    return ParserUnavailableError(
        f"{sys.executable}: {problem}; {install}choose the Python that has it with --python PATH",
        name=error.name or wanted,
    )
