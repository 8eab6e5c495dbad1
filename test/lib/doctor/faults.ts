import { ENTRY_FAULTS } from './faults/entry-faults.ts';
import { SERVICE_FAULTS } from './faults/service-faults.ts';
import { DATA_FAULTS } from './faults/data-faults.ts';
import { WATCH_FAULTS } from './faults/watch-faults.ts';
import type { Fault } from './faults/fault.ts';

/** One kind of drift or neglect each. */
export const FAULTS: readonly Fault[] = [...ENTRY_FAULTS, ...SERVICE_FAULTS, ...DATA_FAULTS, ...WATCH_FAULTS];
