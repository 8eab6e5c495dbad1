// @ts-check
import { named } from './errors.mjs';

/**
 * What the task found of the Odoo that it ran and, where it restored the database itself, of that. Each of the two containers prints
 * that as one line of JSON; without the line the exit codes say how far the task came.
 *
 * @typedef {{ check: string, passed: boolean, details: string }} Finding
 *
 * @typedef {object} Task As Step Functions describes it.
 * @property {string} TaskArn
 * @property {string} [StoppedReason]
 * @property {{ Name?: string, ExitCode?: number, Reason?: string }[]} [Containers]
 *
 * @typedef {object} LogClients
 * @property {{ getLogEvents(input: object): Promise<{ events?: { message?: string }[] }> }} logs
 *
 * @typedef {{ container: string, logStreams: string }} Speaker A container, and what the names of its log streams begin with.
 *
 * @typedef {{ logGroup: string, checker: Speaker, restorer?: Speaker }} LogSettings
 *
 * @typedef {{ findings: Finding[], times: Record<string, string> }} Restored `times`: when it began with a phase (ISO 8601).
 */

/** Keys of the lines. */
const CHECKED = 'drillFindings';
const RESTORED = 'drillRestored';

/**
 * @param {LogClients} clients
 * @param {LogSettings} settings
 * @param {Task} task
 * @returns {Promise<{ findings: Finding[], restored?: Restored }>}
 * @throws if a container has said something and that is not in the log yet.
 */
export async function readChecks(clients, { logGroup, checker, restorer }, task) {
  const findings = await saidBy(clients, { logGroup, speaker: checker, key: CHECKED }, task);
  const restored = restorer && (await saidBy(clients, { logGroup, speaker: restorer, key: RESTORED }, task));
  return {
    findings: findings ?? [neverSaid('Odoo', task)],
    ...(restorer && { restored: restored ?? { findings: [neverSaid('restore', task)], times: {} } }),
  };
}

/**
 * @param {LogClients} clients
 * @param {{ logGroup: string, speaker: Speaker, key: string }} where
 * @param {Task} task
 * @returns {Promise<any>} undefined if it came to no end of its own.
 */
async function saidBy({ logs }, { logGroup, speaker: { container, logStreams }, key }, task) {
  const ended = task.Containers?.find(({ Name }) => Name === container);
  // Its own verdict is in the line; a code other than 0 and 1 is a crash.
  if (ended?.ExitCode !== 0 && ended?.ExitCode !== 1) return undefined;
  const { events = [] } = await logs.getLogEvents({
    logGroupName: logGroup,
    logStreamName: `${logStreams}${task.TaskArn.split('/').at(-1)}`,
    startFromHead: false,
    limit: 100,
  });
  for (const { message = '' } of events.toReversed()) {
    const said = saidIn(message, key);
    if (said !== undefined) return said;
  }
  throw named('ResultMissing', `the log of ${task.TaskArn} has no line with ${key} yet`);
}

/**
 * @param {string} message An event, of which the line may be a part: programs beside it write what begins no event.
 * @param {string} key
 */
function saidIn(message, key) {
  for (const line of message.split('\n')) {
    try {
      const said = JSON.parse(line)[key];
      if (said !== undefined) return said;
    } catch {
      // Another line.
    }
  }
  return undefined;
}

/**
 * @param {string} check
 * @param {Task} task
 * @returns {Finding}
 */
function neverSaid(check, { StoppedReason, Containers = [] }) {
  const ends = Containers.map(
    ({ Name, ExitCode, Reason }) =>
      `${Name}: ${ExitCode === undefined ? 'did not run' : `exit code ${ExitCode}`}${Reason === undefined ? '' : ` (${Reason})`}`,
  );
  return { check, passed: false, details: [StoppedReason ?? 'it ended', ...ends].join('; ') };
}
