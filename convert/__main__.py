"""`python -m convert` in the checkout, `python -m pyclassifier_convert` where it is installed."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
