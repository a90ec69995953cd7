"""Writes the pages into docs/reference, or into the folder named by the first argument."""

import sys
from pathlib import Path

from wakeline.reference import FOLDER, pages

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
folder.mkdir(parents=True, exist_ok=True)
for name, text in pages().items():
    (folder / name).write_text(text)
