import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Definition, execute } from '../releases/interpreter/state-machine.ts';
import { errorOf, untilEnded } from '../releases/interpreter/until-ended.ts';
import { machineOf } from './machine-definition.ts';
import { FakeFileSystem } from './fake-file-system.ts';

const RESTORE = '7C3F0000-1111-2222-3333-444444444444';
const JOB = {
  RestoreJobId: RESTORE,
  ResourceType: 'EFS',
  CreatedResourceArn: 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0restored',
};
const PROVEN = { status: 'SUCCESSFUL', message: '3 checks passed', report: 'page.html' };
const MADE = { done: true, findings: [{ check: 'attachments', passed: true, details: '' }] };

const definition: Definition = machineOf('efs');

interface Made {
  readonly state: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

let aws: FakeFileSystem;
let calls: Made[];
/** What happens instead of a call; what it throws is the error of the call. */
let instead: Record<string, (attempt: number, parameters: object) => unknown>;
let validations: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  aws = new FakeFileSystem();
  calls = [];
  instead = {};
  validations = [MADE];
});
afterEach(() => vi.useRealTimers());

function call(state: string, resource: string, parameters: object): unknown {
  const attempt = calls.filter((made) => made.state === state).length;
  calls.push({ state, parameters: { ...parameters } });
  const other = instead[state];
  if (other !== undefined) return other(attempt, parameters);
  return answer(state, resource, parameters);
}

function answer(state: string, resource: string, parameters: object): unknown {
  switch (state) {
    case 'Describe restore':
      return JOB;
    case 'List attachments':
      return { manifest: 'manifests/now.json' };
    case 'Validate files':
      // What is not mounted fails, as the function does.
      return aws.mountedAt(`/mnt/${RESTORE}`) ? (validations.shift() ?? MADE) : NOT_MOUNTED;
    case 'Report':
      return verdictOn({ ...parameters });
    case 'Give verdict':
      return {};
    default:
      return aws.answer(resource.split(':').at(-1) ?? '', { ...parameters });
  }
}

const NOT_MOUNTED = {
  done: true,
  findings: [{ check: 'file system', passed: false, details: 'the restored file system is not mounted' }],
};

/** As the function judges. */
function verdictOn(parameters: Record<string, unknown>): typeof PROVEN {
  const {
    validation,
  }: { validation?: { findings: { passed: boolean; details: string }[]; leftBehind?: { Cause: string } } } =
    parameters;
  const failed = (validation?.findings ?? []).filter(({ passed }) => !passed).map(({ details }) => details);
  if (validation?.leftBehind !== undefined) failed.push(`left behind: ${validation.leftBehind.Cause}`);
  return failed.length === 0 ? PROVEN : { ...PROVEN, status: 'FAILED', message: failed.join(' | ') };
}

/** Runs a validation to its end: the error it ended with, if it did. */
async function validation(): Promise<string | undefined> {
  const run = await execute(definition, { restoreJobId: RESTORE }, { name: 'test', call });
  return untilEnded(errorOf(run.result));
}

const madeBy = (state: string) =>
  calls.filter((made) => made.state === state).map(({ parameters }) => parameters);
const last = (state: string) => madeBy(state).at(-1);

it('mounts what was restored, validates it, takes all away again and then gives its verdict', async () => {
  expect(await validation()).toBeUndefined();
  expect(calls.map(({ state }) => state)).toEqual([
    'Describe restore',
    'List attachments',
    'Make mount target',
    'Look at mount target',
    'Look at mount target',
    'Make access point',
    'Look at access point',
    'Look at access point',
    'Mount',
    'Look at mounted function',
    'Look at mounted function',
    'Validate files',
    'Unmount',
    'Look at unmounted function',
    'Look at unmounted function',
    'Look for access point',
    'Remove access point',
    'Look for access point',
    'Look for mount target',
    'Remove mount target',
    'Look for mount target',
    'Look for mount target',
    'Report',
    'Give verdict',
  ]);
  expect(last('Make mount target')).toMatchObject({ FileSystemId: 'fs-0restored' });
  expect(last('Make access point')).toEqual({
    ClientToken: RESTORE,
    FileSystemId: 'fs-0restored',
    PosixUser: { Uid: 100, Gid: 101 },
    Tags: [{ Key: 'odoo-restore-test', Value: 'temporary' }],
  });
  expect(last('Mount')).toMatchObject({
    FileSystemConfigs: [{ Arn: 'arn:of:fsap-1', LocalMountPath: `/mnt/${RESTORE}` }],
  });
  expect(last('Validate files')).toEqual({
    job: JOB,
    noted: { manifest: 'manifests/now.json' },
    validation: {},
  });
  expect(last('Give verdict')).toEqual({
    RestoreJobId: RESTORE,
    ValidationStatus: 'SUCCESSFUL',
    ValidationStatusMessage: '3 checks passed',
  });
  expect(aws.left).toEqual([]);
});

it('goes on with what the invocation before left', async () => {
  validations = [
    { done: false, findings: [], attachments: 1 },
    { done: false, findings: [], attachments: 2 },
    MADE,
  ];
  expect(await validation()).toBeUndefined();
  expect(madeBy('Validate files').map((parameters) => parameters['validation'])).toEqual([
    {},
    { done: false, findings: [], attachments: 1 },
    { done: false, findings: [], attachments: 2 },
  ]);
});

it('does not prove what a deployment has taken off the function', async () => {
  validations = [{ done: false, findings: [] }];
  instead['Validate files'] = (attempt, parameters) => {
    if (attempt === 1) aws.unmount();
    return answer('Validate files', '', parameters);
  };
  expect(await validation()).toBe('RestoreNotProven');
  expect(last('Give verdict')?.['ValidationStatusMessage']).toContain('is not mounted');
  expect(aws.left).toEqual([]);
});

it('is not led astray by what an execution that was stopped has left: of this restore, and on the function', async () => {
  aws.makeAll('fs-0restored');
  aws.mount('arn:of:fsap-of-last-week', '/mnt/last-week');
  expect(await validation()).toBeUndefined();
  expect(aws.left).toEqual([]);
});

it('waits no longer than ten minutes for anything, and cleans up', async () => {
  aws.never = 'available';
  const began = Date.now();
  expect(await validation()).toBe('RestoreNotProven');
  expect(last('Give verdict')?.['ValidationStatusMessage']).toContain('mount target: not seen in 60 looks');
  expect(Date.now() - began).toBeLessThan(30 * 60_000);
  expect(aws.left).toEqual([]);
});

it('takes a file system that is gone for cleaned up', async () => {
  instead['Look for access point'] = gone;
  instead['Look for mount target'] = gone;
  instead['Validate files'] = () => {
    aws.forget();
    return MADE;
  };
  expect(await validation()).toBeUndefined();
});

function gone(): never {
  throw Object.assign(new Error('no such file system'), { name: 'Efs.FileSystemNotFoundException' });
}

function refuse(): never {
  throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
}

const BEFORE = [
  'List attachments',
  'Make mount target',
  'Look at mount target',
  'Make access point',
  'Look at access point',
  'Mount',
  'Look at mounted function',
  'Validate files',
];

/** With what each leaves behind, where AWS refuses it for good. */
const CLEAN_UP: readonly (readonly [string, readonly string[]])[] = [
  ['Unmount', ['mounted']],
  ['Look at unmounted function', []],
  ['Look for access point', ['access point']],
  ['Remove access point', ['access point']],
  ['Look for mount target', ['mount target']],
  ['Remove mount target', ['mount target']],
];

describe('an error that lasts', () => {
  it.each(BEFORE)('of "%s" is a failed check, and nothing is left behind', async (state) => {
    instead[state] = refuse;
    expect(await validation()).toBe('RestoreNotProven');
    expect(last('Give verdict')).toEqual({
      RestoreJobId: RESTORE,
      ValidationStatus: 'FAILED',
      ValidationStatusMessage: 'not allowed',
    });
    expect(aws.left).toEqual([]);
  });

  it.each(CLEAN_UP)('of "%s" leaves nothing else behind, and the verdict says so', async (state, left) => {
    instead[state] = refuse;
    expect(await validation()).toBe('RestoreNotProven');
    expect(last('Give verdict')).toMatchObject({
      ValidationStatus: 'FAILED',
      ValidationStatusMessage: 'left behind: not allowed',
    });
    expect(aws.left).toEqual(left);
  });

  it('of "Report" is a failed test, and nothing is left behind', async () => {
    instead['Report'] = refuse;
    expect(await validation()).toBe('RestoreNotProven');
    expect(last('Give verdict')).toMatchObject({ ValidationStatus: 'FAILED' });
    expect(aws.left).toEqual([]);
  });
});

const ALL = ['Describe restore', ...BEFORE, ...CLEAN_UP.map(([state]) => state), 'Report', 'Give verdict'];

describe('an error that passes', () => {
  it.each(ALL)('of "%s" before anything was done is repeated', async (state) => {
    instead[state] = (attempt, parameters) => {
      if (attempt === 0) throw new Error('try again');
      return answer(state, resourceOf(state), parameters);
    };
    expect(await validation()).toBeUndefined();
    expect(aws.left).toEqual([]);
  });

  it.each(ALL)('of "%s" after it was done is repeated, too', async (state) => {
    instead[state] = (attempt, parameters) => {
      const answered = answer(state, resourceOf(state), parameters);
      if (attempt === 0) throw new Error('the answer was lost');
      return answered;
    };
    expect(await validation()).toBeUndefined();
    expect(aws.left).toEqual([]);
  });
});

const resourceOf = (state: string): string => definition.States[state]?.Resource ?? '';
