/** Reports of restore tests in the audit bucket. Their keys begin with the moment, so that the latest one is the last. */
export const RESTORE_TESTS = 'restore-tests/';

/** What was in the database when a backup was made, in the audit bucket; named after the moment. */
export const MANIFESTS = 'manifests/';

/** What the weekly look at the database has found, in the audit bucket. The keys begin with the moment and end with the worst finding. */
export const MAINTENANCE = 'maintenance/';

/** Monthly health reports, in the audit bucket, named after the month. */
export const HEALTH_REPORTS = 'health/';

/** Since when that is expected, where there is no such report yet. */
export const MAINTENANCE_NOTE = 'watermarks/maintenance.json';

/** Until when the copies in the recovery Region are complete, in its copy of the audit bucket alone. */
export const COPIES_NOTE = 'watermarks/copies.json';

/** That an environment is fenced: it serves nobody, because it goes on in its recovery Region. In the same copy. */
export const FENCE = 'fence/fenced.json';

/** What the fenced environment has seen of it, and whether anything still runs there. */
export const FENCE_NOTE = 'fence/seen.json';

/** How far an environment is on its way home from its recovery Region. In the same copy. */
export const FAILBACK_JOURNAL = 'failback/journal.json';

/** Reports of drills and the lock of the one that runs, in the same copy. The keys of reports begin with the moment. */
export const DRILLS = 'drills/';
