import { DRILLS } from '../audit/audit-prefixes.ts';

/** Tag of what a drill makes, with its id. */
export const DRILL_TAG = 'odoo-aws:drill';

/** The lock of the drill that runs, in the copy of the audit bucket. */
export const DRILL_LOCK = `${DRILLS}lock.json`;

/** What the identifiers of a drill's databases begin with; no other database of an environment has such a name. */
export function instancePrefix(environmentName: string): string {
  return `${environmentName}-drill-`;
}
