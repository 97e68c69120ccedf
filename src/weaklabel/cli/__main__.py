"""``python -m weaklabel.cli``, where the command `weaklabel` is not on the path."""

import sys

from weaklabel.cli import main

if __name__ == "__main__":
    sys.exit(main())
