import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Definition, execute } from '../releases/interpreter/state-machine.ts';
import { errorOf, untilEnded } from '../releases/interpreter/until-ended.ts';
import { resolved } from '../releases/release-template.ts';
import { environmentOf } from '../support/environments.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';
import { ec2Error, JOB, RestoredVolume, SERVER, VOLUME } from './restored-volume.ts';

const definition = definitionOf();

function definitionOf(): Definition {
  const { Backup = { Resources: {} } } = templatesOf(environmentOf(10));
  const [machine] = resourcesOf({ Backup }, 'AWS::StepFunctions::StateMachine');
  return JSON.parse(String(resolved(machine?.resource.Properties?.['DefinitionString'])));
}

let aws: RestoredVolume;
beforeEach(() => {
  vi.useFakeTimers();
  aws = new RestoredVolume();
});

/** Whatever happened: nothing is left attached, and AWS Backup has a verdict. */
afterEach(() => {
  vi.useRealTimers();
  expect([...aws.attachments.keys()], 'left attached').toEqual([]);
  expect(aws.verdicts, 'verdicts').toHaveLength(1);
  expect(aws.verdicts[0]).toMatchObject({ RestoreJobId: JOB.RestoreJobId });
});

/** What each call of a state is answered. */
function call(state: string, _: string, parameters: object): unknown {
  return aws.call(state, { ...parameters });
}

/** Runs a validation to its end: the error it ended with, if it did. */
async function validation(): Promise<string | undefined> {
  const run = await execute(definition, { restoreJobId: JOB.RestoreJobId }, { name: 'test', call });
  return untilEnded(errorOf(run.result), 5000);
}

/** The test fails, with this reason. */
async function fails(reason: unknown): Promise<void> {
  expect(await validation()).toBe('RestoreNotProven');
  expect(aws.verdicts[0]).toEqual({
    RestoreJobId: JOB.RestoreJobId,
    ValidationStatus: 'FAILED',
    ValidationStatusMessage: reason,
  });
}

function refuse(): never {
  throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
}

describe('a restored volume', () => {
  it('is attached, looked at by the server in service, detached and judged', async () => {
    expect(await validation()).toBeUndefined();
    const made = aws.calls.map(({ state }) => state);
    expect(made.filter((state, index) => state !== made[index - 1])).toEqual([
      'Describe restore',
      'Find server',
      'Find leftovers',
      'Attach',
      'Look at volume',
      'Prove',
      'Ask for proof',
      'Look whether it is still there',
      'Ask for proof',
      'Look whether it is still there',
      'Ask for proof',
      'Look whether it is gone',
      'Detach',
      'Look whether it is gone',
      'Give verdict',
    ]);
    expect(aws.madeBy('Attach')).toEqual([{ VolumeId: VOLUME, InstanceId: SERVER, Device: '/dev/sdp' }]);
    expect(aws.madeBy('Prove')).toEqual([
      {
        DocumentName: 'odoo-test-volume-proof',
        DocumentVersion: '$LATEST',
        InstanceIds: [SERVER],
        Parameters: {
          restoreJob: [JOB.RestoreJobId],
          volume: [VOLUME],
          recoveryPoint: [JOB.RecoveryPointCreationDate],
        },
        TimeoutSeconds: 600,
      },
    ]);
    expect(aws.verdicts[0]).toEqual({
      RestoreJobId: JOB.RestoreJobId,
      ValidationStatus: 'SUCCESSFUL',
      ValidationStatusMessage: '10 checks passed\n',
    });
  });

  it('finds no leftover of an earlier test in its way', async () => {
    aws.attachments.set('vol-00000000000000bad', { InstanceId: SERVER, State: 'attached' });
    expect(await validation()).toBeUndefined();
    expect(aws.madeBy('Detach leftover')).toEqual([{ VolumeId: 'vol-00000000000000bad' }]);
  });

  it('may be attached already, by another run for the same restore', async () => {
    aws.attachments.set(VOLUME, { InstanceId: SERVER, State: 'attached' });
    expect(await validation()).toBeUndefined();
    expect(aws.madeBy('Detach leftover')).toEqual([]);
  });

  it('may be detached by another run for the same restore', async () => {
    aws.answers['Ask for proof'] = (_, usual) => {
      const answer = usual();
      if (aws.statuses.length === 1) aws.attachments.clear();
      return answer;
    };
    aws.statuses = ['Success'];
    expect(await validation()).toBeUndefined();
    expect(aws.madeBy('Detach')).toEqual([]);
  });

  it('is detached by force where the server does not let go of it', async () => {
    aws.holdsOn = 1000;
    expect(await validation()).toBeUndefined();
    expect(aws.madeBy('Detach')).toHaveLength(20);
    expect(aws.madeBy('Detach by force')).toEqual([{ VolumeId: VOLUME, Force: true }]);
  });
});

describe('a test fails, and says why,', () => {
  it.each(['Failed', 'TimedOut', 'Cancelled'])('when the command ends as %s', async (status) => {
    aws.statuses = [status];
    aws.said = 'rows: table sale_order is missing\n';
    await fails('ExecutionTimedOut: rows: table sale_order is missing\n');
  });

  it('when no server is in service', async () => {
    aws.servers = aws.servers.filter(({ LifecycleState }) => LifecycleState !== 'InService');
    await fails('no server is in service');
    expect(aws.madeBy('Attach')).toEqual([]);
  });

  it('when the command never ends', async () => {
    aws.statuses = ['InProgress'];
    await fails('the server has not answered in time');
    expect(aws.madeBy('Ask for proof').length).toBeLessThanOrEqual(106);
  });

  it.each(['Ask for proof', 'Look at volume'])('when the server is replaced before "%s"', async (state) => {
    aws.answers[state] = (attempt, usual) => {
      if (attempt === 1) aws.replaceServer();
      return usual();
    };
    aws.statuses = ['InProgress'];
    await fails(
      state === 'Look at volume'
        ? 'the volume was not attached: AWS says no more'
        : 'the server was replaced meanwhile, or somebody detached the volume',
    );
  });

  it('when the volume belongs to another server', async () => {
    aws.attachments.set(VOLUME, { InstanceId: 'i-0ccccccccccccccccc', State: 'attached' });
    await fails(`the volume was not attached: ${VOLUME} is already attached to an instance`);
  });

  it('when the volume is gone altogether', async () => {
    aws.answers['Look at volume'] = () => ({ Volumes: [] });
    aws.answers['Attach'] = () => {
      throw ec2Error('The volume does not exist.');
    };
    await fails('the volume was not attached: The volume does not exist.');
  });

  it.each([
    ['it was not restored', { ...JOB, CreatedResourceArn: undefined }],
    ['it is no volume', { ...JOB, CreatedResourceArn: 'arn:aws:rds:eu-central-1:1:db:test' }],
    ['nobody says of when', { ...JOB, RecoveryPointCreationDate: undefined }],
  ])('when %s', async (_, job) => {
    aws.job = JSON.parse(JSON.stringify(job));
    await fails('what was restored is not known: AWS says no more');
  });
});

describe('an error that lasts', () => {
  it.each(['Find server', 'Look at volume', 'Prove', 'Ask for proof', 'Look whether it is still there'])(
    'of "%s" is the reason',
    async (state) => {
      aws.answers[state] = refuse;
      await fails('could not be proven: not allowed');
    },
  );

  it('of "Describe restore" is the reason', async () => {
    aws.answers['Describe restore'] = refuse;
    await fails('what was restored is not known: not allowed');
  });

  it('of "Attach" is the reason', async () => {
    aws.answers['Attach'] = refuse;
    await fails('the volume was not attached: not allowed');
  });

  it.each(['Find leftovers', 'Detach leftover'])('of "%s" fails nothing', async (state) => {
    aws.attachments.set('vol-00000000000000bad', { InstanceId: SERVER, State: 'attached' });
    aws.answers[state] = refuse;
    expect(await validation()).toBeUndefined();
    aws.attachments.delete('vol-00000000000000bad');
  });

  it('of "Look whether it is gone" keeps it from nothing: it is detached', async () => {
    aws.answers['Look whether it is gone'] = refuse;
    await fails('the volume is still attached: not allowed');
  });

  it('of detaching fails a test that has passed', async () => {
    aws.answers['Detach'] = refuse;
    aws.answers['Detach by force'] = refuse;
    await fails('the volume is still attached: not allowed');
    aws.attachments.clear();
  });
});

describe('an error that passes', () => {
  const states = new RestoredVolume().states.filter((state) => state !== 'Detach by force');

  it.each(states)('of "%s" is not noticed', async (state) => {
    aws.attachments.set('vol-00000000000000bad', { InstanceId: SERVER, State: 'attached' });
    aws.answers[state] = (attempt, usual) => {
      if (attempt === 0) throw new Error('try again');
      return usual();
    };
    expect(await validation()).toBeUndefined();
    expect(aws.madeBy(state).length).toBeGreaterThan(1);
  });

  it.each(['Attach', 'Detach', 'Detach leftover', 'Prove'])(
    'whose answer of "%s" was lost, too',
    async (state) => {
      aws.attachments.set('vol-00000000000000bad', { InstanceId: SERVER, State: 'attached' });
      aws.answers[state] = (attempt, usual) => {
        const answer = usual();
        if (attempt === 0) throw new Error('the connection broke');
        return answer;
      };
      expect(await validation()).toBeUndefined();
    },
  );
});
