"""Recovery from the copies that another server's backups have in another Region, as of a moment up to which they are complete."""

from .recovery import ArchiveEnds, Recovery


class CopiedRecovery(Recovery):
    """The archive may end before the moment, where nobody worked in the last minute before it: then all of it is from before."""

    to_the_end = False

    def recover(self):
        try:
            super().recover()
        except ArchiveEnds:
            print("restore: the archive ends before the moment: all of it is restored", flush=True)
            self.log.unlink()
            # Goes on where recovery has ended; the files, which may be gigabytes, need not be fetched a second time.
            self.to_the_end = True
            super().recover()

    @property
    def settings(self):
        return {**super().settings, **({"recovery_target_time": ""} if self.to_the_end else {})}
