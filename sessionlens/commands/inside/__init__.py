"""Commands that were read inside of other programs: shell escapes of editors and pagers, mc, panes.

Not lines at a prompt of the main screen: those are of the files above, which know nothing of this folder.
extract.py hands over what it found, and gets all of it back (within.py).
"""

from .within import within

__all__ = ["within"]
