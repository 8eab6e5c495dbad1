// @ts-check

/**
 * What is kept of a drill, for whoever has to sign that the environment can be brought back in the other Region.
 *
 * @typedef {{ check: string, passed: boolean, details: string }} Finding
 *
 * @typedef {object} DrillState What the state machine knows at its end; of a drill that failed early, less of it.
 * @property {string} execution ARN.
 * @property {string} begun ISO 8601.
 * @property {string} cancelled ARN of the execution that was cancelled; empty in a drill.
 * @property {Record<string, { begun: string }>} times By phase.
 * @property {{ id?: string, instance?: string }} drill
 * @property {{ arn?: string, time?: string }} point
 * @property {{ findings?: Finding[] }} validation
 * @property {{ findings?: Finding[], restored?: import('./checks.mjs').Restored }} checks `restored`: of a task that restores.
 * @property {{ removed: string[], left: string[] }} cleared
 * @property {{ Error?: string, Cause?: string }} failure
 *
 * @typedef {{ environment: string, rtoHours: number, rpoHours: number }} ReportSettings
 *
 * @typedef {'passed' | 'failed' | 'cancelled'} Outcome
 *
 * @typedef {object} Section One of the four steps of a drill.
 * @property {string} title
 * @property {boolean} passed
 * @property {Finding[]} findings
 *
 * @typedef {object} DrillReport
 * @property {string} environment
 * @property {string} execution
 * @property {string} id Id of the drill, in the names of what it made.
 * @property {string} begun ISO 8601.
 * @property {string} ended
 * @property {Outcome} outcome
 * @property {{ arn?: string, time?: string }} point
 * @property {{ phase: string, seconds: number }[]} phases
 * @property {number} [recoverySeconds] From the beginning of the search for a point until Odoo was looked at; if that was reached.
 * @property {number} [lostSeconds] Work that would have been lost: from the point to the beginning of the search.
 * @property {Section[]} sections
 * @property {string[]} issues What somebody has to look after.
 * @property {string[]} removed Names of what was made, and is gone or was asked to go.
 * @property {string[]} left Names of what is still there.
 */

/** What the functions of a restore test call checks of Odoo's modules. */
const OF_MODULES = ['modules', 'release'];

/** What the checks of workflows begin with; the name of the workflow follows. */
const WORKFLOW = 'workflow ';

/**
 * @param {DrillState} state
 * @param {ReportSettings} settings
 * @param {Date} now
 * @returns {DrillReport}
 */
export function reportOf(state, settings, now) {
  const { point, cleared } = state;
  const times = timesOf(state);
  const recoverySeconds = wasReached(state) ? seconds(times['find'], times['teardown']) : undefined;
  const lostSeconds = point.time === undefined ? undefined : seconds({ begun: point.time }, times['find']);
  const sections =
    state.cancelled === '' ? sectionsOf(state, { recoverySeconds, lostSeconds }, settings) : [];
  const issues = [
    ...failureOf(state),
    ...sections.flatMap(({ findings }) =>
      findings.filter(({ passed }) => !passed).map(({ check, details }) => `${check}: ${details}`),
    ),
    ...cleared.left.map((name) => `left behind: ${name}`),
  ];
  const proven = sections.length > 0 && sections.slice(0, 3).every(({ passed }) => passed);
  const clean = state.failure.Error === undefined && cleared.left.length === 0;
  return {
    environment: settings.environment,
    execution: state.execution,
    id: state.drill.id ?? 'unknown',
    begun: state.begun,
    ended: now.toISOString(),
    outcome: state.cancelled !== '' && clean ? 'cancelled' : proven && clean ? 'passed' : 'failed',
    point,
    phases: phasesOf(times, now),
    recoverySeconds,
    lostSeconds,
    sections,
    issues,
    removed: cleared.removed,
    left: cleared.left,
  };
}

/**
 * Of each phase, whether the state machine has begun it or the task.
 *
 * @param {DrillState} state
 * @returns {DrillState['times']}
 */
function timesOf({ times, checks }) {
  const ofTask = Object.entries(checks.restored?.times ?? {}).map(([phase, begun]) => [phase, { begun }]);
  return { ...times, ...Object.fromEntries(ofTask) };
}

/** @param {DrillState} state */
function wasReached({ failure, checks }) {
  return failure.Error === undefined && (checks.findings ?? []).length > 0;
}

/**
 * @param {DrillState} state
 * @param {Pick<DrillReport, 'recoverySeconds' | 'lostSeconds'>} measured
 * @param {ReportSettings} settings
 * @returns {Section[]}
 */
function sectionsOf({ validation, checks }, { recoverySeconds, lostSeconds }, { rtoHours, rpoHours }) {
  const restored = validation.findings ?? checks.restored?.findings ?? [];
  const running = checks.findings ?? [];
  return [
    section(
      'Restored',
      restored.filter(({ check }) => !OF_MODULES.includes(check)),
    ),
    section('Modules load', [
      ...restored.filter(({ check }) => OF_MODULES.includes(check)),
      ...reached(
        'Odoo',
        running.filter(({ check }) => !check.startsWith(WORKFLOW)),
      ),
    ]),
    section(
      'Critical workflows answer',
      running.filter(({ check }) => check.startsWith(WORKFLOW)),
    ),
    section('Time', [
      within('recovery time', recoverySeconds, rtoHours),
      within('recovery point', lostSeconds, rpoHours),
    ]),
  ];
}

/**
 * @param {string} title
 * @param {Finding[]} found
 * @returns {Section}
 */
function section(title, found) {
  const findings = reached(title.toLowerCase(), found);
  return { title, findings, passed: findings.every(({ passed }) => passed) };
}

/**
 * What could not be checked has failed.
 *
 * @param {string} check
 * @param {Finding[]} found
 */
function reached(check, found) {
  return found.length > 0 ? found : [{ check, passed: false, details: 'the drill did not come that far' }];
}

/**
 * @param {string} check
 * @param {number | undefined} measured Seconds.
 * @param {number} hours
 * @returns {Finding}
 */
function within(check, measured, hours) {
  const details =
    measured === undefined ? 'not measured' : `${minutes(measured)}, at most ${hours} h are allowed`;
  return { check, passed: measured !== undefined && measured <= hours * 3600, details };
}

/** @param {DrillState} state */
function failureOf({ failure, times }) {
  if (failure.Error === undefined) return [];
  const phase = Object.keys(times)
    .filter((name) => name !== 'teardown')
    .at(-1);
  return [
    `${phase === undefined ? 'before anything was begun' : `while it was to ${phase}`}: ${failure.Error}: ${saidIn(failure.Cause)}`,
  ];
}

/** Of an error in a function Step Functions knows JSON. */
export function saidIn(/** @type {string | undefined} */ cause = '') {
  try {
    return JSON.parse(cause).errorMessage ?? cause;
  } catch {
    return cause;
  }
}

/**
 * @param {DrillState['times']} times
 * @param {Date} now
 */
function phasesOf(times, now) {
  const begun = Object.entries(times).toSorted(
    ([, one], [, other]) => Date.parse(one.begun) - Date.parse(other.begun),
  );
  return begun.map(([phase, from], index) => ({
    phase,
    seconds: seconds(from, begun[index + 1]?.[1] ?? { begun: now.toISOString() }) ?? 0,
  }));
}

/**
 * @param {{ begun: string } | undefined} from
 * @param {{ begun: string } | undefined} until
 */
function seconds(from, until) {
  return from === undefined || until === undefined
    ? undefined
    : Math.round((Date.parse(until.begun) - Date.parse(from.begun)) / 1000);
}

/** @param {number} duration Seconds. */
export function minutes(duration) {
  return `${(duration / 60).toFixed(1)} minutes`;
}

/** Step Functions shows 32,768 bytes of a cause; a person reads less. */
const LONGEST_MESSAGE = 1000;

/** @param {DrillReport} report */
export function messageOf({ outcome, issues, recoverySeconds, lostSeconds }) {
  const text =
    outcome === 'cancelled'
      ? 'the cancelled drill is cleared away'
      : outcome === 'passed'
        ? `recovered in ${minutes(recoverySeconds ?? 0)} with a loss of ${minutes(lostSeconds ?? 0)}`
        : issues.join(' | ');
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 3)}...` : text;
}
