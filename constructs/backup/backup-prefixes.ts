/** Where the single server keeps its backups in the backup bucket. */
export const SERVER_BACKUPS = 'server/';

/**
 * Where a server keeps its own that was brought back from a copy of those. Never beside them: once the lost Region is back, S3
 * goes on copying what was written there last, over whatever has the same name.
 */
export const RECOVERED_BACKUPS = 'recovered/';

/** What the server says can be restored, below either of both. */
export const RECOVERY_POINTS = 'recovery-points.json';

/** The same of the server that the copies are of. */
export const SERVER_RECOVERY_POINTS = `${SERVER_BACKUPS}${RECOVERY_POINTS}`;

/** Dumps by which an environment goes home from its recovery Region: in the buckets of both Regions, under the same keys. */
export const FAILBACK_DUMPS = 'failback/';

/** Beside the backups of a server: that it has handed its service over, so that one that begins with them serves nobody (handover.py). */
export const HANDED_OVER = 'handed-over.json';

/**
 * Where a failback sets the backups of the lost server aside. Nothing there expires: what was never copied is in them, and only a
 * person knows when nobody looks for it any more.
 */
export const BEFORE_THE_LOSS = 'before-the-loss/';

/** The same in the recovery Region, for those of the recovered server that has gone home. */
export const GONE_HOME = 'gone-home/';
