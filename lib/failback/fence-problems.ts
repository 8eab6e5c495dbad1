import type { Failback } from './failback.ts';

/** The guard looks each minute; one that has not looked for as long is not there. */
const FRESH_MS = 3 * 60_000;

/** Whether somebody who deploys at home would be stopped. */
export async function fenceProblems({ cloud, environment }: Failback): Promise<readonly string[]> {
  const { name, region } = environment;
  if ((await (await cloud.fence()).fence()) !== undefined) return [];
  return [`${name} is not fenced in ${region}: find out who serves, then npm run fence -- --env ${name}`];
}

/**
 * What speaks against it that nothing serves at home, or that nobody can start it: both sides would serve the same users, or the
 * one at home be changed while it is looked at.
 */
export async function guardProblems(failback: Failback): Promise<readonly string[]> {
  const { cloud, environment, now } = failback;
  const region = await cloud.fence();
  const [fence, note] = await Promise.all([region.fence(), region.note()]);
  if (fence === undefined) return fenceProblems(failback);
  const again = `npm run fence -- --env ${environment.name}`;
  if (
    note === undefined ||
    note.fencedAt.getTime() !== fence.fencedAt.getTime() ||
    now.getTime() - note.seenAt.getTime() > FRESH_MS
  ) {
    return [
      `the guard of ${environment.name} in ${environment.region} has not looked for three minutes: is the Region back? ${again} waits for it`,
    ];
  }
  return note.running === 0
    ? []
    : [
        `${note.running} of ${environment.name} still run in ${environment.region}: ${again} waits for their end`,
      ];
}
