"""Which files a configuration that comes over HTTP may name.

Without a token every user of this machine may change the configuration, and would read with the server
owner's eyes: so only what its command line named. Whoever has the token may name any file.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from mockserver.config import CatalogueContent, ServerConfig
from mockserver.latency_models import Empirical
from mockserver.served import Served


class OutOfReachError(ValueError):
    """A configuration names a file that it may not; one sentence that says what would allow it."""


@dataclass(frozen=True)
class Reach:
    """Folders and files that may be read, with all that is below; None for any."""

    roots: tuple[Path, ...] | None

    @classmethod
    def of(cls, config: ServerConfig, roots: tuple[Path, ...], token: str | None) -> "Reach":
        """Allow what a server was started with, unless its token is asked for."""
        if token is not None:
            return cls(None)
        return cls(tuple(path.resolve() for path in (*roots, *named(config).values())))

    def build(self, config: ServerConfig, previous: Served) -> Served:
        """Prepare what a configuration serves.

        Raises:
            OutOfReachError: It names a file that it may not.
            ContentError: The content cannot be loaded.
            ObservedDelaysError: The file of an empirical latency cannot be used.
        """
        if self.roots is None:
            return Served.build(config, previous)
        # What is read is what was looked at, whatever becomes of a link on the way meanwhile.
        real = config
        for name, path in named(config).items():
            found = _resolved(path)
            if found is None or not any(found.is_relative_to(root) for root in self.roots):
                raise OutOfReachError(
                    f"{name}: without a token only what the server's command line names may be read; "
                    "start it with --root FOLDER, or with a token"
                )
            part, key = name.split(".")
            real = real.model_copy(update={part: getattr(real, part).model_copy(update={key: found})})
        return replace(Served.build(real, previous), config=config)


def named(config: ServerConfig) -> dict[str, Path]:
    """Give the files and folders that a configuration names, by where it does."""
    paths = {}
    if not isinstance(config.content, CatalogueContent):
        paths["content.path"] = config.content.path
    if isinstance(config.latency, Empirical) and config.latency.file is not None:
        paths["latency.file"] = config.latency.file
    return paths


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return None
