// @ts-check

/** Another drill of the environment runs: names of errors are what the state machine tells them by. */
export const DRILL_RUNNING = 'DrillRunning';

/** The environment is kept from serving in its own Region: whoever fenced it recovers it, or rehearses that. */
export const FENCED = 'Fenced';

/** There is no moment of which database and attachments are both there. */
export const NO_POINT = 'NoRestorePoint';

/**
 * @param {string} name
 * @param {string} message
 */
export function named(name, message) {
  return Object.assign(new Error(message), { name });
}
