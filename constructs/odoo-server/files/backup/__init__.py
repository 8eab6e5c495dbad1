"""Backups of the single server: database, filestore, configuration; their metrics; and the way back."""
