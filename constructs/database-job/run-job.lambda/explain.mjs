// @ts-check

/**
 * What is said of a release that failed: the job's own report, and what the state machine knows from ECS and RDS.
 *
 * @typedef {object} Execution
 * @property {string} [name]
 * @property {string} [status]
 * @property {string} [input]
 * @property {string} [output]
 * @property {string} [error]
 * @property {string} [cause]
 *
 * @typedef {{ getLogEvents(input: object): Promise<{ events?: { message?: string }[] }> }} Logs
 *
 * @typedef {object} Outcome What an execution says of itself.
 * @property {string} [why]
 * @property {string} [task] ARN; empty if no task was started.
 * @property {string} [logStream]
 * @property {string} [snapshot] Empty if none was taken.
 */

/** CloudFormation drops an answer above 4 KB without a word, and would then wait for an hour. */
const LONGEST_MESSAGE = 1500;

/**
 * @param {Logs} logs
 * @param {Execution} execution One that has failed, was aborted or timed out.
 * @param {string} logGroup Of the job.
 */
export async function explain(logs, execution, logGroup) {
  const { why = saysStepFunctions(execution), logStream } = outcomeOf(execution);
  const report = logStream ? await readReport(logs, logStream, logGroup) : undefined;
  // A job that failed knows best why; one that was stopped only knows that it was.
  const cause = execution.error === 'JobFailed' ? (report ?? why) : [why, report].filter(Boolean).join('; ');
  return `${cause.slice(0, LONGEST_MESSAGE)}${whereToLook(logStream, logGroup)}${whatRestores(execution)}`;
}

/** @param {Execution} execution */
function saysStepFunctions({ status, error, cause }) {
  return ['the execution ended with', status, error, cause].filter(Boolean).join(' ');
}

/**
 * @param {string | undefined} logStream
 * @param {string} logGroup
 */
function whereToLook(logStream, logGroup) {
  return logStream ? `; log stream ${logStream} of log group ${logGroup} has the rest` : '';
}

/**
 * The end of a message about an execution: how to get the database back, if a snapshot was taken.
 *
 * @param {Execution} execution
 */
export function whatRestores(execution) {
  const { snapshot } = outcomeOf(execution);
  if (!snapshot) return '';
  const restore = restoring(snapshot);
  // A release that failed has changed nothing that serves.
  return execution.status === 'SUCCEEDED'
    ? `; npm run upgrade -- --env NAME --undo gives the database of before its place back; ${restore}`
    : `; ${restore}`;
}

/**
 * How to get the database back from the snapshot that a release took.
 *
 * @param {string} snapshot
 */
export function restoring(snapshot) {
  return `snapshot ${snapshot} has the database as it was before: aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier ${snapshot} restores it beside the present one`;
}

/**
 * @param {Execution} execution
 * @returns {Outcome}
 */
function outcomeOf({ output, cause }) {
  try {
    return JSON.parse(output ?? cause ?? '{}');
  } catch {
    // Step Functions ended it and says so in its own words.
    return {};
  }
}

/**
 * The job's own account, the last line of its log.
 *
 * @param {Logs} logs
 * @param {string} logStreamName
 * @param {string} logGroupName
 * @returns {Promise<string | undefined>}
 */
async function readReport(logs, logStreamName, logGroupName) {
  try {
    const { events = [] } = await logs.getLogEvents({
      logGroupName,
      logStreamName,
      limit: 10,
    });
    const line = events.findLast(({ message }) => message?.startsWith('{"databaseJob"'))?.message;
    if (line === undefined) return undefined;
    const { databaseJob } = JSON.parse(line);
    return `step ${databaseJob.step}: ${databaseJob.error ?? databaseJob.outcome}`;
  } catch (error) {
    // Without a container there is no log stream. What ECS says about the task is then all there is.
    console.log('no report in the log', error);
    return undefined;
  }
}
