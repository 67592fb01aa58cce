"""`python -m core COMMAND`: the door for terminals and scripts."""

import sys

if sys.platform == "win32":
    sys.exit("Windows itself is not supported; install WSL (wsl --install) and run Thaw inside it.")

from core.terminal import main

if __name__ == "__main__":
    sys.exit(main())
