// @ts-check
import { serverGroup, services } from './served-by.mjs';

/**
 * Stops what serves users for as long as the environment is fenced: because it was brought back in its recovery Region, or is
 * about to be. Asked each minute, so that a Region which was away stops serving a minute after it is back, whoever does what
 * there.
 *
 * The fence is an object in the recovery Region; beside it this leaves a note of what it has seen and what still runs. What
 * cannot be read changes nothing: the loss of the recovery Region must not stop the environment.
 *
 * @typedef {object} Settings The construct `FenceGuard` writes them.
 * @property {string} region Of the bucket.
 * @property {string} bucket Copy of the audit bucket.
 * @property {string} fence Key of the fence.
 * @property {string} note Key of the note.
 * @property {import('./served-by.mjs').ServiceSettings} [services] Of medium and large.
 * @property {string} [group] Name of the Auto Scaling group of small.
 *
 * @typedef {object} Fence
 * @property {string} fencedAt When it was set, ISO 8601.
 *
 * @typedef {object} Note
 * @property {string} fencedAt Of the fence that was seen.
 * @property {string} seenAt When this was found.
 * @property {number} running Tasks or servers that have not ended yet.
 *
 * @typedef {{ Bucket: string, Key: string }} Where
 *
 * @typedef {import('./served-by.mjs').Clients & {
 *   s3: {
 *     getObject(input: Where): Promise<{ Body?: { transformToString(): Promise<string> } }>,
 *     putObject(input: Where & { Body: string, ContentType: string }): Promise<unknown>,
 *     deleteObject(input: Where): Promise<unknown>,
 *   },
 * }} Clients
 */

/** @param {{ clients: Clients, settings: Settings, now: () => Date }} surroundings */
export function createHandler({ clients, settings, now }) {
  const { bucket: Bucket } = settings;
  const served = settings.services
    ? services(clients, settings.services)
    : serverGroup(clients, settings.group ?? '');

  /**
   * @param {string} Key
   * @returns {Promise<any>} Undefined where there is none.
   */
  async function read(Key) {
    try {
      const { Body } = await clients.s3.getObject({ Bucket, Key });
      return JSON.parse((await Body?.transformToString()) ?? '');
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  return async function guard() {
    /** @type {Fence | undefined} */
    const fence = await read(settings.fence);
    if (fence !== undefined) {
      await served.stop();
      /** @type {Note} */
      const note = {
        fencedAt: fence.fencedAt,
        seenAt: now().toISOString(),
        running: await served.running(),
      };
      await clients.s3.putObject({
        Bucket,
        Key: settings.note,
        Body: JSON.stringify(note),
        ContentType: 'application/json',
      });
      return note;
    }
    // Only what was stopped here is started here: a release stops services as well.
    if ((await read(settings.note)) === undefined) return undefined;
    await served.start();
    await clients.s3.deleteObject({ Bucket, Key: settings.note });
    return undefined;
  };
}
