"""`python -m core COMMAND`: the door for terminals and scripts."""

import sys

if sys.platform == "win32":
    sys.stderr.write("Thaw does not run on Windows itself; install WSL (wsl --install) and run it inside.\n")
    sys.exit(2)

from core.terminal import main

if __name__ == "__main__":
    sys.exit(main())
