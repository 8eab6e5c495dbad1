import { describe, expect, it } from 'vitest';
import { simulateCommand } from '../../../lib/cli/simulate.ts';
import type { Output } from '../../../lib/cli/selected-plans.ts';

class Recorder implements Output {
  text = '';
  readonly columns?: number;

  constructor(columns?: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

async function simulate(
  args: readonly string[],
  columns?: number,
): Promise<{ readonly exitCode: number; readonly out: string; readonly errors: string }> {
  const out = new Recorder(columns);
  const errors = new Recorder();
  const exitCode = await simulateCommand(args, out, errors);
  return { exitCode, out: out.text, errors: errors.text };
}

describe('simulate --json', () => {
  it('prints users and the four scenarios with six fields each, and nothing else', async () => {
    const { exitCode, out, errors } = await simulate(['--env', 'prod', '--json']);
    const number = expect.any(Number);
    const scenario = (name: string, load: number) => ({
      name,
      load,
      p50Ms: number,
      p95Ms: number,
      utilisation: number,
      errors: number,
    });

    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(JSON.parse(out)).toEqual({
      users: 150,
      scenarios: [
        scenario('declared', 1),
        scenario('headroom', 1.5),
        scenario('az-loss', 1),
        scenario('rolling', 1),
      ],
    });
  });

  it('takes another number of users, with an environment or without', async () => {
    const named = await simulate(['--env', 'dev', '--users', '12', '--json']);
    const bare = await simulate(['--users', '12', '--json']);

    expect(JSON.parse(named.out)).toMatchObject({ users: 12 });
    expect(JSON.parse(bare.out)).toMatchObject({ users: 12 });
  });

  it('prints an array of all environments where none is named', async () => {
    const { out } = await simulate(['--json']);

    expect(JSON.parse(out).map(({ users }: { users: number }) => users)).toEqual([10, 150, 40]);
  });

  it('prints the same every time', async () => {
    const args = ['--users', '30', '--json'];

    expect((await simulate(args)).out).toBe((await simulate(args)).out);
  });
});

describe('simulate', () => {
  it('explains every scenario and names what is assumed', async () => {
    const { out } = await simulate(['--env', 'staging']);

    expect(out).toMatch(/^staging: medium, 40 users, 24 at the same time, simulated/);
    for (const name of ['declared', 'headroom', 'az-loss', 'rolling']) {
      expect(out).toMatch(new RegExp(`^  ${name}: `, 'm'));
    }
    expect(out).toContain('docs/capacity.md');
    expect(out).toMatch(/errors\s+nodes\n/);
    expect(out).not.toContain(String.fromCodePoint(27));
  });

  it('keeps prose within the width of the terminal', async () => {
    const { out } = await simulate(['--users', '10'], 80);
    const prose = out.split('\n\n').slice(1).join('\n').split('\n');

    expect(prose.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('simulate refuses', () => {
  it.each([
    [['--bogus'], /Unknown option '--bogus'/],
    [['prod'], /Unexpected argument 'prod'/],
    [['--env'], /--env/],
  ])('%j as wrong usage, exit code 2', async (args, message) => {
    const { exitCode, out, errors } = await simulate(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(errors).toMatch(message);
    expect(errors).toContain('npm run simulate -- [--env NAME]');
  });

  it.each([
    [['--env', 'pord'], /did you mean "prod"/],
    [['--env', 'prod', '--users', '0'], /prod\.users/],
    [['--users', 'many'], /what-if\.users/],
    [['--users', '90000'], /several environments, one per company group/],
  ])('%j as a wrong configuration, exit code 1', async (args, message) => {
    const { exitCode, out, errors } = await simulate(args);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(errors).toMatch(message);
  });
});
