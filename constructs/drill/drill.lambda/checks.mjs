// @ts-check
import { named } from './errors.mjs';

/**
 * What the task found of the Odoo that it ran. Its last container prints that as one line of JSON and ends; without that line
 * the exit codes say how far the task came.
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
 * @typedef {{ logGroup: string, logStreams: string, container: string }} LogSettings `logStreams`: what their names begin with.
 */

/** Key of the line. */
const RESULT = 'drillFindings';

/**
 * @param {LogClients} clients
 * @param {LogSettings} settings
 * @param {Task} task
 * @returns {Promise<{ findings: Finding[] }>}
 * @throws if the checks ran and their result is not in the log yet.
 */
export async function readChecks({ logs }, { logGroup, logStreams, container }, task) {
  const checker = task.Containers?.find(({ Name }) => Name === container);
  // Its own verdict is in the line; a code other than 0 and 1 is a crash.
  if (checker?.ExitCode !== 0 && checker?.ExitCode !== 1) return { findings: [neverChecked(task)] };
  const { events = [] } = await logs.getLogEvents({
    logGroupName: logGroup,
    logStreamName: `${logStreams}${task.TaskArn.split('/').at(-1)}`,
    startFromHead: false,
    limit: 100,
  });
  for (const { message = '' } of events.toReversed()) {
    const findings = findingsIn(message);
    if (findings !== undefined) return { findings };
  }
  throw named('ResultMissing', `the log of ${task.TaskArn} has no line with ${RESULT} yet`);
}

/**
 * @param {string} line
 * @returns {Finding[] | undefined}
 */
function findingsIn(line) {
  try {
    return JSON.parse(line)[RESULT];
  } catch {
    return undefined;
  }
}

/** @param {Task} task */
function neverChecked({ StoppedReason, Containers = [] }) {
  const ends = Containers.map(
    ({ Name, ExitCode, Reason }) =>
      `${Name}: ${ExitCode === undefined ? 'did not run' : `exit code ${ExitCode}`}${Reason === undefined ? '' : ` (${Reason})`}`,
  );
  return { check: 'Odoo', passed: false, details: [StoppedReason ?? 'it ended', ...ends].join('; ') };
}
