// @ts-check
import { leftovers } from './clear.mjs';
import { isRunning, lockHolder } from './lock.mjs';

/**
 * Begins an execution that clears, if something of a drill is there and no drill runs: the event of an aborted one may have been
 * lost, or AWS may have refused the teardown, and what is left costs the price of production each hour.
 *
 * @param {import('./lock.mjs').LockClients & import('./clear.mjs').ClearClients & {
 *   stepFunctions: { startExecution(input: object): Promise<unknown> }
 * }} clients
 * @param {import('./lock.mjs').LockSettings & import('./clear.mjs').ClearSettings} settings
 * @returns {Promise<string[]>} Names of what was there.
 */
export async function sweep(clients, settings) {
  const holder = await lockHolder(clients, settings);
  // Nothing is made without the lock, and who has it clears.
  if (holder === undefined || (await isRunning(clients, holder))) return [];
  const left = await leftovers(clients, settings);
  if (left.length > 0) {
    await clients.stepFunctions.startExecution({
      stateMachineArn: machineOf(holder),
      input: JSON.stringify({ cancelled: holder }),
    });
  }
  return left;
}

/** The state machine of an execution: this function is made before it, and cannot be told. */
function machineOf(/** @type {string} */ execution) {
  return execution.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '');
}
