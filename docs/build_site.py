"""The documents as a site: `make site`.

They are written for GitHub. For the site they are laid out as they lie here, so that every link is right in both. Of
the words that open a block of code the site takes the language alone.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build" / "pages"
SITE = ROOT / "site"

OUTSIDE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "simulator/driver/protocol.md")
"""Pages that are not in docs/."""
_BESIDE = ("llms.txt", "LICENSE", "docs/pictures/*", "scenarios/*.yaml")
"""What pages link to or show."""
SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the generator has pages load for the search in files that no server serves."""
_SHIM_HERE = ROOT / "docs" / "vendor" / "iframe-worker" / "shim.js"
_FROM_ELSEWHERE = re.compile(
    r'<(?:script|img|source|link(?! rel="canonical"))\b[^>]*\b(?:src|srcset|href)="https?:[^"]*"'
)
_OPENED = re.compile(r"^(```\w+) .*$", re.MULTILINE)


def pages() -> Iterator[str]:
    """Yield each page of the site by its path in the repository."""
    yield from OUTSIDE
    yield from sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))


def lay_out(to: Path) -> None:
    """Write all pages, and what they link to or show, below a folder."""
    beside = (path.relative_to(ROOT).as_posix() for pattern in _BESIDE for path in ROOT.glob(pattern))
    for name in (*pages(), *beside):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".md":
            target.write_text(_OPENED.sub(r"\1", (ROOT / name).read_text("utf-8")), "utf-8")
        else:
            shutil.copyfile(ROOT / name, target)


def closed(site: Path) -> list[str]:
    """Have pages load the shim from beside them; return what they would still load from elsewhere."""
    shutil.copyfile(_SHIM_HERE, site / "assets" / "iframe-worker.js")
    left = []
    for page in site.rglob("*.html"):
        up = "../" * (len(page.relative_to(site).parts) - 1)
        text = page.read_text("utf-8").replace(SHIM, f"{up}assets/iframe-worker.js")
        page.write_text(text, "utf-8")
        left += [f"{page.relative_to(site)}: {found}" for found in _FROM_ELSEWHERE.findall(text)]
    return left


def main() -> int:
    """Build the site; fail where a link leads nowhere, or a page would load something from elsewhere."""
    shutil.rmtree(PAGES, ignore_errors=True)
    lay_out(PAGES)
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean"], cwd=ROOT, check=False
    )
    if built.returncode:
        return built.returncode
    if left := closed(SITE):
        sys.stderr.write("\n".join(["pages would load from elsewhere:", *left, ""]))
        return 1
    sys.stdout.write(f"{SITE.name}/index.html is the first page; a browser opens it as it is\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
