"""`python -m convert` in the checkout, `python -m pyclassifier.convert` everywhere."""

import sys

from pyclassifier.convert.cli import main

if __name__ == "__main__":
    sys.exit(main())
