/** Where the single server keeps its backups in the backup bucket. */
export const SERVER_BACKUPS = 'server/';

/**
 * Where a server keeps its own that was brought back from a copy of those. Never beside them: once the lost Region is back, S3
 * goes on copying what was written there last, over whatever has the same name.
 */
export const RECOVERED_BACKUPS = 'recovered/';

/** What the server says can be restored, below either of both. */
export const RECOVERY_POINTS = 'recovery-points.json';

/** Dumps by which an environment goes home from its recovery Region: in the buckets of both Regions, under the same keys. */
export const FAILBACK_DUMPS = 'failback/';
