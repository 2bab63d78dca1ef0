"""`python -m sessionlens_recorder` is `sessionlens-recorder`."""

from __future__ import annotations

import sys

from sessionlens_recorder.cli import main

sys.exit(main())
