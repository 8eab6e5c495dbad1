"""Backups of the single server: database, filestore, configuration; their metrics; and the way back."""

import sys
from pathlib import Path

# What the database job of the other architectures looks at as well is with that one.
sys.path.append(str(Path(__file__).resolve().parent.parent / "database-job"))
