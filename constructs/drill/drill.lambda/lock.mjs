// @ts-check
import { createHash } from 'node:crypto';
import { DRILL_RUNNING, FENCED, named } from './errors.mjs';

/**
 * One drill of an environment at a time: an object that names the execution that has the lock. It is good as long as that
 * execution runs, so that nothing has to give it up and no end of an execution, of whatever kind, leaves it behind.
 *
 * @typedef {object} LockClients
 * @property {{
 *   putObject(input: object): Promise<unknown>,
 *   getObject(input: object): Promise<{ ETag?: string, Body?: { transformToString(): Promise<string> } }>,
 * }} s3
 * @property {{ describeExecution(input: object): Promise<{ status?: string }> }} stepFunctions
 *
 * @typedef {{ bucket: string, lock: string }} LockSettings Where the lock is.
 */

/**
 * Takes the lock for an execution; again, if that has it already.
 *
 * @param {LockClients} clients
 * @param {LockSettings} settings
 * @param {string} execution ARN.
 * @throws DrillRunning while another execution that has it runs.
 */
export async function takeLock(clients, settings, execution) {
  if (await put(clients, settings, execution, { IfNoneMatch: '*' })) return;
  const { holder, ETag } = await read(clients, settings);
  if (holder === execution) return;
  if (await isRunning(clients, holder)) throw named(DRILL_RUNNING, `${holder} runs: wait until it has ended`);
  // Only over the one that was looked at: of two that find the same dead holder, one gets the lock.
  if (await put(clients, settings, execution, { IfMatch: ETag })) return;
  throw named(DRILL_RUNNING, 'another drill has just been started');
}

/**
 * @param {LockClients} clients
 * @param {LockSettings} settings
 * @param {string} execution
 * @throws if the execution does not have the lock.
 */
export async function requireLock(clients, settings, execution) {
  const { holder } = await read(clients, settings);
  if (holder !== execution) throw named(DRILL_RUNNING, `${holder} has the lock, not ${execution}`);
}

/**
 * While an environment is fenced its copies stand still, or serve.
 *
 * @param {LockClients} clients
 * @param {{ bucket: string, fence: string, environment: string }} settings
 */
export async function refuseWhileFenced({ s3 }, { bucket, fence, environment }) {
  try {
    await s3.getObject({ Bucket: bucket, Key: fence });
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return;
    throw error;
  }
  throw named(FENCED, `${environment} is fenced: what would be tried has happened (docs/recovery.md)`);
}

/** Id of the drill that an execution makes: short enough for the names of what it makes, and the same in each repetition. */
export function drillId(/** @type {string} */ execution) {
  return createHash('sha256').update(execution).digest('hex').slice(0, 12);
}

/**
 * @param {LockClients} clients
 * @param {LockSettings} settings
 * @param {string} execution
 * @param {object} condition
 */
async function put({ s3 }, { bucket, lock }, execution, condition) {
  try {
    const Body = JSON.stringify({ execution });
    await s3.putObject({ Bucket: bucket, Key: lock, Body, ContentType: 'application/json', ...condition });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/**
 * @param {LockClients} clients
 * @param {LockSettings} settings
 * @returns {Promise<{ holder: string, ETag?: string }>}
 */
async function read({ s3 }, { bucket, lock }) {
  const { Body, ETag } = await s3.getObject({ Bucket: bucket, Key: lock });
  return { holder: JSON.parse((await Body?.transformToString()) ?? '').execution, ETag };
}

/**
 * ARN of the execution that took the lock last, whether it still runs or not. Undefined before the first.
 *
 * @param {LockClients} clients
 * @param {LockSettings} settings
 */
export async function lockHolder(clients, settings) {
  try {
    const { holder } = await read(clients, settings);
    return holder;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/**
 * @param {LockClients} clients
 * @param {string} executionArn
 */
export async function isRunning({ stepFunctions }, executionArn) {
  try {
    const { status } = await stepFunctions.describeExecution({ executionArn });
    return status === 'RUNNING';
  } catch (error) {
    // Step Functions forgets it after 90 days.
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return false;
    throw error;
  }
}
