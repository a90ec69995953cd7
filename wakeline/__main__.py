"""`python -m wakeline` is `wakeline`."""

import sys

from wakeline.cli import main

if __name__ == "__main__":
    sys.exit(main())
