// @ts-check

/** The guard looks each minute, and what it stops has two minutes to end. One that has not looked for as long is not there. */
const STOPPED_AFTER_MS = 3 * 60_000;

/**
 * Two that serve the same users would send their mail twice and drift apart, and nobody could bring them together again: so
 * nothing is brought back before the other side is fenced and stopped, as far as anybody can tell.
 *
 * @param {Pick<import('./copies.mjs').Clients, 's3'> & { fetch(url: string): Promise<{ status: number }> }} clients
 * @param {{ environment: string, bucket: string, fence: string, fenceNote: string, url?: string }} settings
 * @param {Date} now
 */
export async function refuseWhileServed(clients, { environment, bucket, fence, fenceNote, url }, now) {
  const standing = await read(clients.s3, bucket, fence);
  if (standing === undefined) {
    throw new Error(
      `${environment} is not fenced: npm run fence -- --env ${environment} stops it in its own Region first (docs/recovery.md)`,
    );
  }
  const note = await read(clients.s3, bucket, fenceNote);
  const seen = note?.fencedAt === standing.fencedAt ? note : undefined;
  /** @param {string} moment */
  const isRecent = (moment) => now.getTime() - Date.parse(moment) < STOPPED_AFTER_MS;
  // An older note is of a Region that was lost since, and will never say more.
  if (seen?.running > 0 && isRecent(seen.seenAt)) {
    throw new Error(
      `${seen.running} of ${environment} still run in its own Region: wait until they have ended`,
    );
  }
  // A Region that does not answer leaves no note. One that does has had the time for it.
  if (seen === undefined && isRecent(standing.fencedAt)) {
    throw new Error(
      `${environment} was fenced at ${standing.fencedAt}, and its own Region has not said yet that it has stopped: wait three minutes`,
    );
  }
  if (url !== undefined && (await answers(clients, url))) {
    throw new Error(`${url} still answers, although ${environment} is fenced: find out who serves there`);
  }
}

/**
 * @param {import('./copies.mjs').Clients['s3']} s3
 * @param {string} Bucket
 * @param {string} Key
 * @returns {Promise<any>} Undefined where there is none.
 */
async function read(s3, Bucket, Key) {
  try {
    const { Body } = await s3.getObject({ Bucket, Key });
    return JSON.parse((await Body?.transformToString()) ?? '');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/**
 * @param {{ fetch(url: string): Promise<{ status: number }> }} clients
 * @param {string} url
 */
function answers(clients, url) {
  return clients.fetch(url).then(
    ({ status }) => status < 500,
    // Nobody is there.
    () => false,
  );
}
