// @ts-check
import { completeBy, copied } from './complete.mjs';
import { copiedSecrets, noteUntil } from './copies.mjs';
import { refuseWhileServed } from './fence.mjs';

/**
 * Finds, once, what an environment is brought back from in the Region of the copies: the newest moment for which both the
 * database and all its attachments are there. CloudFormation keeps it as the id of the resource, so that no later deployment
 * chooses another one: RDS would be replaced.
 *
 * @typedef {object} Settings The construct `RestorePoint` writes them.
 * @property {string} environment For example `prod`.
 * @property {string} bucket Copy of the audit bucket, with the note of how far the copies are.
 * @property {string} key Name of that note.
 * @property {import('./complete.mjs').DatabaseCopy} database What the database is restored from.
 * @property {string[]} secrets Names of the secrets that are needed, by their tag.
 * @property {string} fence Key of the fence, in the same bucket as the note.
 * @property {string} fenceNote Key of what the fenced environment has seen of it.
 * @property {string} [url] Where users reach Odoo.
 *
 * @typedef {object} RestoreEvent
 * @property {'Create' | 'Update' | 'Delete'} RequestType
 * @property {string} [PhysicalResourceId]
 * @property {{ Wanted: string }} ResourceProperties `latest`, or a moment (ISO 8601).
 *
 * @typedef {{ source: string, time: string }} Point ARN of the automated backup, or address of the repository; and a moment to
 *   the second.
 *
 * @typedef {import('./copies.mjs').Clients & { fetch(url: string): Promise<{ status: number }> }} Clients
 */

const LATEST = 'latest';

/** Separates both halves of a point; neither ARN nor address has one. */
const AT = '@';

/** @param {{ clients: Clients, settings: Settings, now: () => Date }} surroundings */
export function createHandler({ clients, settings, now }) {
  /** @param {RestoreEvent} event */
  return async function onEvent({ RequestType, PhysicalResourceId = '', ResourceProperties: { Wanted } }) {
    if (RequestType === 'Delete') return { PhysicalResourceId };
    const point =
      RequestType === 'Create' ? await choose(Wanted) : unchanged(pointOf(PhysicalResourceId), Wanted);
    const secrets = await copiedSecrets(clients, settings);
    return {
      PhysicalResourceId: `${point.source}${AT}${point.time}`,
      Data: { Source: point.source, RestoreTime: point.time, ...secrets },
    };
  };

  /**
   * @param {string} wanted
   * @returns {Promise<Point>}
   */
  async function choose(wanted) {
    await refuseWhileServed(clients, settings, now());
    const { source, from, until } = await copied(clients, settings.database);
    // What is noted after the last moment of the database may be wrong: when the primary Region is lost nothing comes from
    // there, and S3 says that nothing is missing. Up to that moment the Region wrote, so that what was noted was true.
    const complete = completeBy(await noteUntil(clients, settings, until), settings.database);
    if (complete < from) {
      throw new Error(
        `what S3 copies is complete until ${text(complete)}, and the database can be had from ${text(from)} on: no moment has both`,
      );
    }
    if (wanted === LATEST) return { source, time: text(complete) };
    const moment = new Date(wanted);
    if (moment > complete || moment < from) {
      throw new Error(
        `${wanted} cannot be had: database and attachments are there from ${text(from)} to ${text(complete)}`,
      );
    }
    return { source, time: text(moment) };
  }
}

/**
 * @param {Point} point
 * @param {string} wanted
 */
function unchanged(point, wanted) {
  if (wanted === LATEST || new Date(wanted).getTime() === new Date(point.time).getTime()) return point;
  throw new Error(
    `this environment was brought back as of ${point.time}, and that cannot be changed to ${wanted}: what was entered since would be gone. Deploy with recover=latest, or recover=${point.time}`,
  );
}

/**
 * @param {string} id
 * @returns {Point}
 */
function pointOf(id) {
  const [source = '', time = ''] = id.split(AT);
  if (Number.isNaN(Date.parse(time))) throw new Error(`"${id}" is not a restore point`);
  return { source, time };
}

/**
 * To the second, which is all that RDS takes: never later than the moment.
 *
 * @param {Date} moment
 */
function text(moment) {
  return `${moment.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
