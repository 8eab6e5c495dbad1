import type { Tier } from './plan.ts';

/** Most users of the small architecture: one server. */
const SMALL_MAX_USERS = 25;
/** Most users of the medium architecture: application and database apart. */
const MEDIUM_MAX_USERS = 99;

/** The architecture for a number of named users; nothing else decides it. */
export function tierOf(users: number): Tier {
  if (users <= SMALL_MAX_USERS) {
    return 'small';
  }
  return users <= MEDIUM_MAX_USERS ? 'medium' : 'large';
}
