import type { Deployed, ReadBack } from '../comparison.ts';
import type { Comparison } from '../comparison.ts';
import { readAlarms } from './alarms.ts';
import { readBuckets } from './buckets.ts';
import { readCopies } from './copies.ts';
import { readDatabase } from './database.ts';
import { readEntry } from './entry.ts';
import { readNetwork, readSecurityGroups } from './network.ts';
import { readRelease } from './release.ts';
import { readServer } from './server.ts';
import { readService } from './service.ts';
import { readStacks } from './stacks.ts';

const READ_BACKS: readonly ReadBack[] = [
  readStacks,
  readNetwork,
  readSecurityGroups,
  readDatabase,
  readServer,
  readBuckets,
  readCopies,
  readEntry,
  readRelease,
  readService,
  readAlarms,
];

/** Everything of one environment that the emulator keeps faithfully enough to be compared with its plan. */
export async function readEnvironment(deployed: Deployed): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const read of READ_BACKS) comparisons.push(...(await read(deployed)));
  return comparisons;
}
