"""Where the repository's files are, for the tests that read them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "collectors", "stream_jobs", "dashboards", "wakeline")


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Return the tracked files that still exist, as absolute paths."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return tuple(path for each in listed if each and (path := ROOT / each).is_file())


def name_of(path: Path) -> str:
    """Return the path inside the repository."""
    return path.relative_to(ROOT).as_posix()
