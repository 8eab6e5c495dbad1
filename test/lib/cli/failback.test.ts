import { describe, expect, it } from 'vitest';
import { failbackCommand, type Regions } from '../../../lib/cli/failback.ts';
import type { ServiceCloud } from '../../../lib/failback/service/cloud.ts';
import { serviceWay } from '../../../lib/failback/service/service-way.ts';
import type { FailbackJournal } from '../../../lib/failback/journal.ts';

const journal: FailbackJournal = {
  environment: 'prod',
  started: '2026-11-30T10:00:00.000Z',
  state: 'returning',
  begun: {},
  done: {},
};

/** Two Regions in which nothing can be done: whatever a failback asks for fails the test. */
function account(found?: FailbackJournal) {
  const written: FailbackJournal[] = [];
  const asked: string[] = [];
  const cloud: ServiceCloud = {
    account: forbidden,
    stackStatus: forbidden,
    probe: forbidden,
    fence: forbidden,
    copyAttachments: forbidden,
    handOver: forbidden,
    takeBack: forbidden,
    copyDump: forbidden,
    receive: forbidden,
    release: forbidden,
    deployRecovered: forbidden,
    deleteRecovered: forbidden,
  };
  const journals = {
    read: async () => found,
    write: async (next: FailbackJournal) => void written.push(next),
  };
  const regions: Regions = async ({ environment }, recoveryRegion) => {
    asked.push(`${environment.name} from ${recoveryRegion} to ${environment.region}`);
    return { cloud, journals, way: serviceWay(cloud) };
  };
  return { regions, written, asked };
}

function forbidden(): never {
  throw new Error('the command did something');
}

async function run(args: readonly string[], found?: FailbackJournal) {
  let out = '';
  let errors = '';
  const { regions, ...seen } = account(found);
  const exitCode = await failbackCommand(
    args,
    { write: (text) => (out += text) },
    { write: (text) => (errors += text) },
    regions,
  );
  return { exitCode, out, errors, ...seen };
}

describe('npm run failback', () => {
  it.each([
    [[], '--env is missing'],
    [['--env', 'prod', '--undo', '--finish'], '--undo and --finish exclude each other'],
    [['--env', 'prod', '--force'], "Unknown option '--force'"],
  ])('called wrongly, with %j, says how it is called', async (args, message) => {
    const { exitCode, errors } = await run(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
    expect(errors).toContain('npm run failback -- --env NAME');
  });

  it('has nothing to bring home where there is no recovery Region', async () => {
    const { exitCode, errors, asked } = await run(['--env', 'dev', '--yes']);
    expect([exitCode, errors, asked]).toEqual([
      1,
      'dev has no recoveryRegion: there is nothing that it could come home from\n',
      [],
    ]);
  });

  it.each(['--undo', '--finish'])('has nothing for %s where nothing is under way', async (option) => {
    const { exitCode, errors, asked } = await run(['--env', 'prod', option, '--yes']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('under way');
    expect(asked).toEqual(['prod from eu-west-1 to eu-central-1']);
  });

  it('takes no for an answer where nobody can be asked', async () => {
    const asked = await run(['--env', 'prod', '--undo'], journal);
    expect(asked).toMatchObject({ exitCode: 1, errors: 'nothing was undone\n', written: [] });
    const told = await run(['--env', 'prod', '--undo', '--yes'], journal);
    expect(told.exitCode).toBe(0);
    expect(told.written.map(({ state }) => state)).toEqual(['undoing', 'undone']);
  });

  it('says how to go on after an error that nobody expected', async () => {
    const { exitCode, errors } = await run(['--env', 'prod', '--yes']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('the command did something');
    expect(errors).toContain('Run the same command again to go on, or go back with --undo.');
  });
});
