import type { StackPurpose } from '../growth/cloud.ts';
import type { Failback } from './failback.ts';

/** Deletes stacks of the recovered side, in this order; those that are gone are. */
export async function deleteRecovered(
  { cloud, environment, say }: Failback,
  purposes: readonly StackPurpose[],
): Promise<void> {
  for (const purpose of purposes) {
    if ((await cloud.stackStatus('recovery', purpose)) === undefined) continue;
    say(`Deleting ${environment.name}-Recovery-${purpose} ...`);
    await cloud.deleteRecovered(purpose);
  }
}
