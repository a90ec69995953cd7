"""Writes the pages into docs, or into the folder named by the first argument."""

import sys
from pathlib import Path

from wakeline.reference import FOLDER, pages

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
written = pages()
for part in {Path(name).parent for name in written}:
    (folder / part).mkdir(parents=True, exist_ok=True)
    for stale in {each.name for each in (folder / part).glob("*.md")} - {Path(name).name for name in written}:
        (folder / part / stale).unlink()
for name, text in written.items():
    (folder / name).write_text(text)
