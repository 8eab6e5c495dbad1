import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { execute } from '../releases/interpreter/state-machine.ts';
import { errorOf, untilEnded } from '../releases/interpreter/until-ended.ts';
import { machineOf } from './machine-definition.ts';

const RESTORE = '7C3F-1';
const JOB = {
  RestoreJobId: RESTORE,
  CreatedResourceArn: 'arn:aws:rds:eu-central-1:111122223333:db:awsbackup-restore-test-1',
};
const INSTANCE = { DbInstanceStatus: 'available', Endpoint: { Address: 'restored.example', Port: 5432 } };
const PROVEN = { status: 'SUCCESSFUL', message: '11 checks passed', report: 'page.html' };

const definition = machineOf('s3-files');

interface Made {
  readonly state: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What answers a state; what it throws is the error of the call. */
type Answers = Record<string, (parameters: Made['parameters'], attempt: number) => unknown>;

let calls: Made[];
let answers: Answers;
beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answers = {
    'Describe restore': () => JOB,
    'Find database': () => ({ DbInstances: [INSTANCE] }),
    Validate: () => ({ done: true, findings: [{ check: 'rows', passed: true, details: '' }] }),
    Report: () => PROVEN,
    'Give verdict': () => ({}),
  };
});
afterEach(() => vi.useRealTimers());

/** What each call of a state is answered. */
function call(state: string, _: string, parameters: object): unknown {
  const attempt = calls.filter((made) => made.state === state).length;
  calls.push({ state, parameters: { ...parameters } });
  return answers[state]?.({ ...parameters }, attempt);
}

/** Runs a validation to its end: the error it ended with, if it did. */
async function validation(): Promise<string | undefined> {
  const run = await execute(definition, { restoreJobId: RESTORE }, { name: 'test', call });
  return untilEnded(errorOf(run.result));
}

const madeBy = (state: string) =>
  calls.filter((made) => made.state === state).map(({ parameters }) => parameters);
const last = (state: string) => madeBy(state).at(-1);

it('validates what AWS Backup restored, and gives its verdict once', async () => {
  expect(await validation()).toBeUndefined();
  expect(calls.map(({ state }) => state)).toEqual([
    'Describe restore',
    'Find database',
    'Validate',
    'Report',
    'Give verdict',
  ]);
  expect(last('Find database')).toEqual({ DbInstanceIdentifier: JOB.CreatedResourceArn });
  expect(last('Validate')).toEqual({ job: JOB, instances: [INSTANCE], validation: {} });
  expect(last('Give verdict')).toEqual({
    RestoreJobId: RESTORE,
    ValidationStatus: 'SUCCESSFUL',
    ValidationStatusMessage: '11 checks passed',
  });
});

it('goes on with what the invocation before left', async () => {
  answers['Validate'] = (_, attempt) => ({ done: attempt === 2, findings: [], attachments: attempt });
  expect(await validation()).toBeUndefined();
  expect(madeBy('Validate').map((parameters) => parameters['validation'])).toEqual([
    {},
    { done: false, findings: [], attachments: 0 },
    { done: false, findings: [], attachments: 1 },
  ]);
});

it('fails, and says so, when the report says that nothing was proven', async () => {
  answers['Report'] = () => ({ ...PROVEN, status: 'FAILED', message: 'rows: empty' });
  expect(await validation()).toBe('RestoreNotProven');
  expect(last('Give verdict')).toMatchObject({
    ValidationStatus: 'FAILED',
    ValidationStatusMessage: 'rows: empty',
  });
});

function refuse(): never {
  throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
}

describe('an error that lasts', () => {
  it.each(['Describe restore', 'Find database', 'Validate'])(
    'of "%s" is reported as a check that could not be made',
    async (state) => {
      answers[state] = refuse;
      answers['Report'] = ({ validation: seen }) => ({
        ...PROVEN,
        status: 'FAILED',
        message: JSON.stringify(seen),
      });
      expect(await validation()).toBe('RestoreNotProven');
      expect(last('Report')?.['validation']).toEqual({
        done: true,
        findings: [{ check: 'validation', passed: false, details: 'not allowed' }],
      });
      expect(last('Give verdict')).toMatchObject({ RestoreJobId: RESTORE, ValidationStatus: 'FAILED' });
    },
  );

  it('of "Report" is a failed test: without a report nothing is proven', async () => {
    answers['Report'] = refuse;
    expect(await validation()).toBe('RestoreNotProven');
    expect(last('Give verdict')).toEqual({
      RestoreJobId: RESTORE,
      ValidationStatus: 'FAILED',
      ValidationStatusMessage: 'the report could not be written: AccessDenied',
    });
  });
});

it.each(['Describe restore', 'Find database', 'Validate', 'Report', 'Give verdict'])(
  'repeats "%s" after an error that passes',
  async (state) => {
    const answer = answers[state];
    answers[state] = (parameters, attempt) => {
      if (attempt === 0) throw new Error('try again');
      return answer?.(parameters, attempt);
    };
    expect(await validation()).toBeUndefined();
    expect(madeBy(state)).toHaveLength(2);
  },
);
