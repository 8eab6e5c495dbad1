import type { Check } from '../check.ts';
import { accountChecks } from './account-checks.ts';
import { databaseChecks } from './database-checks.ts';
import { domainChecks } from './domain-checks.ts';
import { entryChecks } from './entry-checks.ts';
import { mailChecks } from './mail-checks.ts';
import { recoveryChecks } from './recovery-checks.ts';
import { serverChecks } from './server-checks.ts';
import { serviceChecks } from './service-checks.ts';
import { stackChecks } from './stack-checks.ts';
import { storageChecks } from './storage-checks.ts';
import { watchChecks } from './watch-checks.ts';

/** Every check that is always made, from what all others rest on to what may be missing in the account. */
export const ALL_CHECKS: readonly Check[] = [
  ...stackChecks,
  ...domainChecks,
  ...entryChecks,
  ...serviceChecks,
  ...serverChecks,
  ...databaseChecks,
  ...storageChecks,
  ...recoveryChecks,
  ...watchChecks,
  ...mailChecks,
  ...accountChecks,
];
