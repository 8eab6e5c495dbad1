import { describe, expect, it } from 'vitest';
import { type Clouds, growCommand } from '../../../lib/cli/grow.ts';
import type { GrowthCloud } from '../../../lib/growth/cloud.ts';
import type { Journal } from '../../../lib/growth/journal.ts';

const journal: Journal = {
  environment: 'prod',
  started: '2026-11-30T10:00:00.000Z',
  state: 'growing',
  begun: {},
  done: {},
};

/** An account in which nothing can be done: whatever a growth asks for fails the test. */
function account(found?: Journal): { readonly clouds: Clouds; readonly written: Journal[] } {
  const written: Journal[] = [];
  const cloud: GrowthCloud = {
    stackStatus: forbidden,
    deploy: forbidden,
    deleteStack: forbidden,
    templateOf: forbidden,
    restoreTemplate: forbidden,
    newestDump: forbidden,
    serverStatus: forbidden,
    handOver: forbidden,
    takeBack: forbidden,
    receive: forbidden,
    withdraw: forbidden,
    probe: forbidden,
    snapshotDataVolume: forbidden,
  };
  const journals = {
    read: async () => found,
    write: async (next: Journal) => void written.push(next),
  };
  return { clouds: async () => ({ cloud, journals }), written };
}

function forbidden(): never {
  throw new Error('the command did something');
}

async function run(args: readonly string[], found?: Journal, fenced?: Date) {
  let out = '';
  let errors = '';
  const { clouds, written } = account(found);
  const exitCode = await growCommand(
    args,
    { write: (text) => (out += text) },
    { write: (text) => (errors += text) },
    { clouds, fencedSince: async () => fenced },
  );
  return { exitCode, out, errors, written };
}

describe('npm run grow', () => {
  it.each([
    [[], '--env is missing'],
    [['--env', 'prod', '--undo', '--finish'], '--undo and --finish exclude each other'],
    [['--env', 'prod', '--force'], "Unknown option '--force'"],
  ])('called wrongly, with %j, says how it is called', async (args, message) => {
    const { exitCode, errors } = await run(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
    expect(errors).toContain('npm run grow -- --env NAME');
  });

  it('leaves an environment alone that goes on in its recovery Region', async () => {
    const { exitCode, errors } = await run(
      ['--env', 'prod', '--yes'],
      undefined,
      new Date('2026-11-30T10:00:00Z'),
    );
    expect(exitCode).toBe(1);
    expect(errors).toContain('fenced since 2026-11-30T10:00:00.000Z');
    expect(errors).toContain('serves nobody in eu-central-1');
  });

  it('knows the environments', async () => {
    const { exitCode, errors } = await run(['--env', 'nowhere']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('nowhere');
  });

  it.each(['--undo', '--finish'])('has nothing for %s where nothing is under way', async (option) => {
    const { exitCode, errors } = await run(['--env', 'prod', option, '--yes']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('under way');
  });

  it('takes no for an answer where nobody can be asked', async () => {
    const asked = await run(['--env', 'prod', '--undo'], journal);
    expect(asked).toMatchObject({ exitCode: 1, errors: 'nothing was undone\n', written: [] });
    expect(asked.out).toContain('nobody to ask: use --yes');
    const told = await run(['--env', 'prod', '--undo', '--yes'], journal);
    expect(told.exitCode).toBe(0);
    expect(told.written.map(({ state }) => state)).toEqual(['undoing', 'undone']);
  });
});
