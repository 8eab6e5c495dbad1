// @ts-check
import { metricLine } from '../../restore-testing/validate-restore.lambda/metrics.ts';
import { lastPassed } from './age.mjs';
import { readChecks } from './checks.mjs';
import { clear as clearAway } from './clear.mjs';
import { drillId, refuseWhileFenced, requireLock, takeLock } from './lock.mjs';
import { htmlOf } from './page.mjs';
import { findPoint } from './point.mjs';
import { messageOf, reportOf } from './report.mjs';
import { sweep as sweepUp } from './sweep.mjs';

/**
 * The functions of a drill. Whatever they do can be done twice.
 *
 * @typedef {object} Settings The construct `DrillFunctions` writes them.
 * @property {string} environment For example `prod`.
 * @property {string} bucket Copy of the audit bucket.
 * @property {string} note Key in it of the note of how far the copies are.
 * @property {string} lock Key in it of the lock.
 * @property {string} fence Key in it of the fence.
 * @property {string} reports What the keys of reports begin with, and those of manifests.
 * @property {string} manifests
 * @property {import('../../recovery/restore-point.lambda/complete.mjs').DatabaseCopy} database What the database is restored from.
 * @property {string} cluster Name of the cluster that is the drills' alone.
 * @property {string} [instancePrefix] What the identifiers of their databases begin with, where they make some.
 * @property {string} tag Tag of those, with the id of the drill.
 * @property {string} logGroup Of the task.
 * @property {import('./checks.mjs').Speaker} checker The container that looks at Odoo.
 * @property {import('./checks.mjs').Speaker} [restorer] The one that restores, where the task does.
 * @property {number} rtoHours
 * @property {number} rpoHours
 *
 * @typedef {import('./lock.mjs').LockClients
 *   & import('./clear.mjs').ClearClients
 *   & import('./checks.mjs').LogClients
 *   & Pick<import('../../recovery/restore-point.lambda/copies.mjs').Clients, 'rds' | 's3'>
 *   & { stepFunctions: { startExecution(input: object): Promise<unknown> } }
 *   & { s3: { listObjectsV2(input: object): Promise<{
 *         Contents?: { Key?: string }[], NextContinuationToken?: string
 *       }> } }} Clients
 */

/** Hours after which a drill gives up, whatever it waits for: more than an objective may be missed by and still be measured. */
const DEADLINE_HOURS = 12;

/** @param {{ clients: Clients, settings: Settings, now: () => Date, log: (line: string) => void }} surroundings */
export function createHandlers({ clients, settings, now, log }) {
  const publish = (/** @type {Parameters<typeof metricLine>[1]} */ metrics) =>
    log(metricLine(settings.environment, metrics, now()));

  /** @param {{ execution: string, begun: string, cancelled: string }} event */
  async function lock({ execution, begun, cancelled }) {
    // What a cancelled drill has left goes in any case.
    if (cancelled === '') await refuseWhileFenced(clients, settings);
    await takeLock(clients, settings, execution);
    const id = drillId(execution);
    const deadline = new Date(Date.parse(begun) + DEADLINE_HOURS * 3_600_000);
    const { instancePrefix: prefix } = settings;
    return { id, ...(prefix && { instance: `${prefix}${id}` }), deadline: deadline.toISOString() };
  }

  function find() {
    return findPoint(clients, settings);
  }

  /**
   * What a drill made, or what all of them did: that only for who has the lock, because it is somebody else's as well.
   *
   * @param {{
   *   whose: 'own' | 'all', execution: string, drill: { id: string }, cleared: import('./clear.mjs').Cleared
   * }} event
   */
  async function clear({ whose, execution, drill, cleared }) {
    if (whose === 'all') await requireLock(clients, settings, execution);
    return clearAway(clients, settings, { id: whose === 'own' ? drill.id : undefined, before: cleared });
  }

  /** @param {{ task: import('./checks.mjs').Task }} event */
  function checks({ task }) {
    return readChecks(clients, settings, task);
  }

  /** @param {import('./report.mjs').DrillState} state */
  async function report(state) {
    const made = reportOf(state, settings, now());
    const name = `${settings.reports}${made.begun}-${made.outcome}-${made.id}`;
    await put(`${name}.json`, JSON.stringify(made, undefined, 2), 'application/json');
    await put(`${name}.html`, htmlOf(made), 'text/html; charset=utf-8');
    if (made.outcome !== 'cancelled') {
      publish([
        { name: 'DrillPassed', unit: 'Count', value: made.outcome === 'passed' ? 1 : 0 },
        ...measured('DrillRecoveryTime', made.recoverySeconds),
        ...measured('DrillRecoveryPoint', made.lostSeconds),
      ]);
    }
    const status = made.outcome === 'failed' ? 'FAILED' : 'SUCCESSFUL';
    return { status, message: messageOf(made), report: `${name}.html` };
  }

  /** Publishes how long ago a drill passed last; nothing before there is anything to try. */
  async function publishAge() {
    const last = await lastPassed(clients, settings);
    if (last === undefined) return;
    publish([{ name: 'DrillAge', unit: 'Seconds', value: (now().getTime() - last.getTime()) / 1000 }]);
  }

  function sweep() {
    return sweepUp(clients, settings);
  }

  /**
   * @param {string} Key
   * @param {string} Body
   * @param {string} ContentType
   */
  async function put(Key, Body, ContentType) {
    await clients.s3.putObject({ Bucket: settings.bucket, Key, Body, ContentType });
  }

  return { lock, find, clear, readChecks: checks, report, publishAge, sweep };
}

/**
 * A drill that did not come that far says nothing of it.
 *
 * @param {string} name
 * @param {number | undefined} value
 * @returns {import('../../restore-testing/validate-restore.lambda/metrics.ts').Metric[]}
 */
function measured(name, value) {
  return value === undefined ? [] : [{ name, unit: 'Seconds', value }];
}
