// @ts-check
import { copiedDatabase, copiedSecrets, noteUntil } from './copies.mjs';

/**
 * Finds, once, what an environment is brought back from in the Region of the copies: the newest moment for which both the
 * database and all its attachments are there. CloudFormation keeps it as the id of the resource, so that no later deployment
 * chooses another one: RDS would be replaced.
 *
 * @typedef {object} Settings The construct `RestorePoint` writes them.
 * @property {string} environment For example `prod`.
 * @property {string} bucket Copy of the audit bucket, with the note of how far the copies are.
 * @property {string} key Name of that note.
 * @property {string} encryptionKey ARN of the key of all copies; by it RDS's are told from others'.
 * @property {string[]} secrets Names of the secrets that are needed, by their tag.
 * @property {string} [url] Where users reach Odoo.
 *
 * @typedef {object} RestoreEvent
 * @property {'Create' | 'Update' | 'Delete'} RequestType
 * @property {string} [PhysicalResourceId]
 * @property {{ Wanted: string }} ResourceProperties `latest`, or a moment (ISO 8601).
 *
 * @typedef {{ arn: string, time: string }} Point ARN of the automated backup, and a moment to the second.
 *
 * @typedef {import('./copies.mjs').Clients & { fetch(url: string): Promise<{ status: number }> }} Clients
 */

const LATEST = 'latest';

/** Separates both halves of a point; an ARN has none of it. */
const AT = '@';

/** @param {{ clients: Clients, settings: Settings }} surroundings */
export function createHandler({ clients, settings }) {
  /** @param {RestoreEvent} event */
  return async function onEvent({ RequestType, PhysicalResourceId = '', ResourceProperties: { Wanted } }) {
    if (RequestType === 'Delete') return { PhysicalResourceId };
    const point =
      RequestType === 'Create' ? await choose(Wanted) : unchanged(pointOf(PhysicalResourceId), Wanted);
    const secrets = await copiedSecrets(clients, settings);
    return {
      PhysicalResourceId: `${point.arn}${AT}${point.time}`,
      Data: { AutomatedBackupArn: point.arn, RestoreTime: point.time, ...secrets },
    };
  };

  /**
   * @param {string} wanted
   * @returns {Promise<Point>}
   */
  async function choose(wanted) {
    await refuseWhileServed();
    const database = await copiedDatabase(clients, settings.encryptionKey);
    // What is noted after the last moment of the database may be wrong: when the primary Region is lost nothing comes from
    // there, and S3 says that nothing is missing. Up to that moment the Region wrote, so that what was noted was true.
    const note = await noteUntil(clients, settings, database.until);
    const complete = new Date(note.filestore.until);
    if (complete < database.from) {
      throw new Error(
        `attachments are complete until ${text(complete)}, and the database can be had from ${text(database.from)} on: no moment has both`,
      );
    }
    if (wanted === LATEST) return { arn: database.arn, time: text(complete) };
    const moment = new Date(wanted);
    if (moment > complete || moment < database.from) {
      throw new Error(
        `${wanted} cannot be had: database and attachments are there from ${text(database.from)} to ${text(complete)}`,
      );
    }
    return { arn: database.arn, time: text(moment) };
  }

  /** Two that serve the same users would send their mail twice, and nobody could bring them together again. */
  async function refuseWhileServed() {
    if (settings.url === undefined) return;
    const served = await clients.fetch(settings.url).then(
      ({ status }) => status < 500,
      // Nobody answers.
      () => false,
    );
    if (served) {
      throw new Error(
        `${settings.url} still answers: ${settings.environment} is not lost. Stop it first (docs/recovery.md), or both would serve and drift apart`,
      );
    }
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
  const [arn = '', time = ''] = id.split(AT);
  if (Number.isNaN(Date.parse(time))) throw new Error(`"${id}" is not a restore point`);
  return { arn, time };
}

/**
 * To the second, which is all that RDS takes: never later than the moment.
 *
 * @param {Date} moment
 */
function text(moment) {
  return `${moment.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
