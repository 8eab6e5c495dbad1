import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadEnvironmentFiles, resolveAll } from '../../../config/load.ts';
import type { Plan } from '../../../config/sizing/plan.ts';
import { planCommand } from '../../../lib/cli/plan.ts';
import { renderPlan } from '../../../lib/cli/plan-table.ts';
import type { Output } from '../../../lib/cli/selected-plans.ts';
import { planOf, production } from '../../support/environments.ts';

interface Result {
  readonly exitCode: number;
  readonly out: string;
  readonly errors: string;
}

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

async function plan(args: readonly string[], columns?: number): Promise<Result> {
  const out = new Recorder(columns);
  const errors = new Recorder();
  const exitCode = await planCommand(args, out, errors);
  return { exitCode, out: out.text, errors: errors.text };
}

async function shippedPlan(env: string): Promise<Plan | undefined> {
  const planned = resolveAll(await loadEnvironmentFiles(), { env });
  return planned.ok ? planned.value[0]?.plan : undefined;
}

describe('plan --json', () => {
  it.each(['dev', 'staging', 'prod'])('prints the plan of %s as one object and nothing else', async (env) => {
    const { exitCode, out, errors } = await plan(['--env', env, '--json']);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(await shippedPlan(env))));
  });

  it('has the documented fields', async () => {
    const { out } = await plan(['--env', 'prod', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      tier: 'large',
      users: 150,
      app: {
        nodesMin: expect.any(Number),
        nodesMax: expect.any(Number),
        vcpu: expect.any(Number),
        memoryMiB: expect.any(Number),
        workers: expect.any(Number),
        cronWorkers: expect.any(Number),
      },
      database: {
        kind: 'rds',
        class: expect.any(String),
        vcpu: expect.any(Number),
        memoryMiB: expect.any(Number),
        storageGiB: expect.any(Number),
        multiAz: expect.any(Boolean),
        parameters: expect.any(Object),
        maxConnections: expect.any(Number),
        connectionsNeeded: expect.any(Number),
      },
      costPerMonthUsd: { total: expect.any(Number), items: expect.any(Array) },
      rtoHours: expect.any(Number),
      rpoHours: expect.any(Number),
    });
  });

  it('prints an array of all environments where none is named', async () => {
    const { out } = await plan(['--json']);
    expect(JSON.parse(out).map(({ environment, tier }: Plan) => [environment, tier])).toEqual([
      ['dev', 'small'],
      ['prod', 'large'],
      ['staging', 'medium'],
    ]);
  });

  it('takes another number of users for one environment', async () => {
    const { out } = await plan(['--env', 'prod', '--users', '400', '--json']);
    expect(JSON.parse(out)).toMatchObject({ environment: 'prod', users: 400 });
  });
});

describe('plan --users without an environment', () => {
  it.each([
    ['10', 'small'],
    ['40', 'medium'],
    ['150', 'large'],
  ])('shows what %s users get by default: %s', async (users, tier) => {
    const { exitCode, out } = await plan(['--users', users, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      environment: 'what-if',
      users: Number(users),
      tier,
      sizing: 'reference',
    });
  });
});

describe('plan', () => {
  it('shows architecture, reasons, cost, alternative and pre-flight list of every environment', async () => {
    const { out } = await plan([]);
    expect(out.match(/^(dev|staging|prod): (small|medium|large), \d+ users/gm)).toHaveLength(3);
    for (const section of ['Why', 'Cost per month', 'Not included:', 'Before the first deployment']) {
      expect(out.split(section), section).toHaveLength(4);
    }
    expect(out).toMatch(/Otherwise +USD [\d,.]+ a month with sizing "measured"/);
  });

  it('shows every reason, every item of the cost and every check', async () => {
    const { out } = await plan(['--env', 'prod'], 400);
    const shipped = await shippedPlan('prod');
    expect(shipped?.reasons.filter(({ because }) => !out.includes(because))).toEqual([]);
    expect(shipped?.costPerMonthUsd.items.filter(({ item }) => !out.includes(item))).toEqual([]);
    expect(shipped?.preflight.filter(({ needs }) => !out.includes(needs))).toEqual([]);
  });

  it('says what is lost at most, and what every number rests on', async () => {
    const { out } = await plan(['--env', 'prod'], 400);
    const section = /\nLost at most\n-+\n(.*?)\n\nUntil Odoo serves again\n/s.exec(out)?.[1] ?? '';
    expect(section).toMatch(/^ {2}a mistake, noticed within 35 days +nothing +2 min +held$/m);
    expect(section).toMatch(/^ {2}the loss of the Region eu-central-1 +52 min +17 min +held$/m);
    const shipped = await shippedPlan('prod');
    const parts =
      shipped?.losses.flatMap((loss) => [...loss.database.parts, ...loss.attachments.parts]) ?? [];
    expect(parts.length).toBeGreaterThan(5);
    expect(
      parts.filter(({ because, source }) => !section.includes(because) || !section.includes(source)),
    ).toEqual([]);
  });

  it('says until when Odoo serves again, by which phases, and what each of them rests on', async () => {
    const { out } = await plan(['--env', 'prod'], 400);
    const section = /\nUntil Odoo serves again\n-+\n(.*?)\n\nCost per month\n/s.exec(out)?.[1] ?? '';
    expect(section).toMatch(/^ {2}the loss of the database or its zone +2 min +by itself +held$/m);
    expect(section).toMatch(/^ {2}the loss of the Region eu-central-1 +1 h 18 min +by somebody +held$/m);
    expect(section).toMatch(/^ {4}10 min {2}entry: load balancer, certificate and firewall \(assumed\)$/m);
    expect(section).toMatch(/^ {4}40 min {2}database: .*\(assumed: documentation and experience, docs/m);
    expect(section).toMatch(/^ {4}1 min {3}record: .*\(AWS's statement: Amazon Route 53 API reference/m);
    const phases = (await shippedPlan('prod'))?.recoveryTimes.flatMap((time) => time.phases) ?? [];
    expect(phases.length).toBeGreaterThan(10);
    expect(phases.filter(({ phase, because }) => !section.includes(`${phase}: ${because} (`))).toEqual([]);
  });

  it('gives the day of what was measured', async () => {
    const { out } = await plan(['--env', 'dev'], 400);
    expect(out).toMatch(
      /^ {4}4\.7 min {2}database: .*\(measured: docs\/recovery-small\.md, Measured, 2026-11-30\)$/m,
    );
  });

  it('explains once what is brought back in the same way', async () => {
    const { out } = await plan(['--env', 'staging'], 400);
    expect(out).toContain(
      '  After a mistake, noticed within 7 days, and after the loss of the database or its zone:\n',
    );
    expect(out.match(/RDS restores 9 GiB/g)).toHaveLength(1);
  });

  it('names an objective of time that is missed, and changes no number to hold it', () => {
    const objectives = { rtoHours: 1, rpoHours: 1 };
    const out = renderPlan(planOf(150, { ...production, objectives }), { width: 400, colors: false });
    expect(out).toMatch(
      /^ {2}Objective {2}restored within 1 h .*, but not after the loss of the Region eu-central-1$/m,
    );
    expect(out).toMatch(/^ {2}the loss of the Region eu-central-1 +1 h 18 min +by somebody +NOT held$/m);
  });

  it('says it twice where more is lost than the objective allows', async () => {
    const { out } = await plan(['--env', 'dev'], 400);
    expect(out).toMatch(/^ {2}Objective .*, but not after the loss of the Region eu-central-1$/m);
    expect(out).toMatch(/^ {2}the loss of the Region eu-central-1 +everything +everything +NOT held$/m);
    expect(out).toMatch(/^ {2}the loss of the Region eu-central-1 +never +by somebody +NOT held$/m);
  });

  it('says what is in the recovery Region, and what the environment would cost there', async () => {
    const shipped = await shippedPlan('prod');
    const { out } = await plan(['--env', 'prod'], 400);
    expect(out).toMatch(
      /^ {2}Elsewhere {2}eu-west-1: the network is there for USD 0\.00 a month; brought back, the environment costs USD [\d,.]+$/m,
    );
    expect(out.replaceAll(',', '')).toContain(
      `costs USD ${shipped?.recovery?.costPerMonthUsd.total.toFixed(2)}\n`,
    );
    expect((await plan(['--env', 'dev'], 400)).out).not.toContain('Elsewhere');
  });

  it('names the Region whose prices stand in where the recovery Region has none', () => {
    const there = planOf(40, { recoveryRegion: 'eu-north-1' });
    expect(renderPlan(there, { width: 400, colors: false })).toMatch(
      /costs USD [\d,.]+, by prices of eu-west-1: those of eu-north-1 are not known$/m,
    );
  });

  it('is as the README shows it', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const { out } = await plan(['--env', 'prod'], 200);
    const lines = ['Lost at most\n', 'Until Odoo serves again\n', 'prod: large, 150 users'].flatMap(
      (start) => {
        const [shown = ''] = readme.split(`\n\`\`\`\n${start}`)[1]?.split('\n```') ?? [];
        return shown.split('\n').slice(start.endsWith('\n') ? 0 : 1);
      },
    );
    expect(lines.length).toBeGreaterThan(12);
    expect(lines.filter((line) => !out.includes(line))).toEqual([]);
  });

  it('keeps prose within the width of the terminal', async () => {
    const { out } = await plan(['--env', 'prod'], 80);
    const [beforeTable = '', , afterTable = ''] = out.split(/Cost per month|Before the first deployment/);
    const tooLong = `${beforeTable}${afterTable}`.split('\n').filter((line) => line.length > 80);
    expect(tooLong).toEqual([]);
  });

  it('writes no colours where nobody sees them', async () => {
    const { out } = await plan(['--env', 'prod']);
    expect(out).not.toContain(String.fromCodePoint(27));
  });
});

describe('plan of an environment with another number of users', () => {
  it('says what the change does, right after what the plan is', async () => {
    const { exitCode, out } = await plan(['--env', 'prod', '--users', '400'], 200);
    expect(exitCode).toBe(0);
    const section = /\nFrom 150 to 400 users\n-+\n(.*?)\n\nWhy\n/s.exec(out)?.[1] ?? '';
    expect(section).toMatch(
      /^ {2}In place: Odoo is away while its database restarts, and logs nobody out\. /,
    );
    expect(section).toMatch(/It costs USD [\d,.]+ a month more: [\d,.]+ instead of 3,142\.19\./);
    expect(section).toMatch(
      /PostgreSQL parameters: max_connections 325 -> max_connections 575\n {6}restart: /,
    );
    expect(section).toMatch(/Web nodes: 2 to 4 -> 3 to 5\n {6}online: .*nothing restarts/);
    expect(section).toMatch(/\n {2}Before:\n {4}- check the quota of Fargate first/);
  });

  it('names both interruptions of a database that has a standby', async () => {
    const { out } = await plan(['--env', 'prod', '--users', '60'], 200);
    expect(out).toMatch(/In place: Odoo is away twice, while its database restarts and while it fails over,/);
    expect(out).toMatch(/It costs USD [\d,.]+ a month less/);
    expect(out).toMatch(/write storage: { floorGiB: 500 } into the environment file first/);
  });

  it.each([
    ['staging', '60', /In place: Odoo is replaced node by node, and nobody is away\./],
    ['staging', '120', /In place: Odoo is away for minutes\./],
    ['prod', '151', /In place: nothing restarts, and nobody is away\./],
    ['prod', '150', /Nothing changes\. It costs USD 3,142\.19 a month as before\./],
    ['dev', '40', /Not in place\. [^]*npm run grow -- --env dev/],
    ['staging', '10', /Not in place\. [^]*no command goes back/],
  ])('tells people of %s what %s users mean', async (env, users, text) => {
    expect((await plan(['--env', env, '--users', users], 200)).out).toMatch(text);
  });

  it('keeps the section within the width of the terminal', async () => {
    const { out } = await plan(['--env', 'prod', '--users', '1000'], 80);
    const section = /From 150 to 1,000 users[^]*?\n\nWhy/.exec(out)?.[0] ?? '';
    expect(section.split('\n').length).toBeGreaterThan(10);
    expect(section.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('has the change beside the fields of the plan in --json, and only there', async () => {
    const { out } = await plan(['--env', 'prod', '--users', '400', '--json']);
    const { change, ...bare } = JSON.parse(out);
    expect(change).toMatchObject({
      from: { users: 150, tier: 'large' },
      to: { users: 400, tier: 'large' },
      inPlace: true,
      effect: 'restart',
      changes: expect.arrayContaining([expect.objectContaining({ what: 'Web nodes', effect: 'online' })]),
      costPerMonthUsd: { from: 3142.19, difference: expect.any(Number) },
      advice: [expect.any(String)],
    });
    expect(Object.keys(bare)).toEqual(Object.keys((await shippedPlan('prod')) ?? {}));
    for (const args of [['--json'], ['--env', 'prod', '--json'], ['--users', '400', '--json']]) {
      expect((await plan(args)).out).not.toContain('"change"');
    }
  });
});

describe('plan refuses', () => {
  it.each([
    [['--bogus'], /Unknown option '--bogus'/],
    [['prod'], /Unexpected argument 'prod'/],
    [['--env'], /--env/],
  ])('%j as wrong usage, exit code 2', async (args, message) => {
    const { exitCode, out, errors } = await plan(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(errors).toMatch(message);
    expect(errors).toContain('npm run plan -- [--env NAME]');
  });

  it.each([
    [['--env', 'pord'], /did you mean "prod"/],
    [['--env', 'prod', '--users', '0'], /prod\.users/],
    [['--users', 'many'], /what-if\.users/],
    [['--users', '90000'], /several environments, one per company group/],
  ])('%j as a wrong configuration, exit code 1', async (args, message) => {
    const { exitCode, out, errors } = await plan(args);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(errors).toMatch(message);
  });
});

describe('the program', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const command = ['bin/run.mjs', 'bin/odoo-aws.ts'];

  it('prints the plan and nothing but the plan', () => {
    const out = execFileSync(process.execPath, [...command, 'plan', '--users', '40', '--json'], {
      cwd: root,
    });
    expect(JSON.parse(out.toString())).toMatchObject({ tier: 'medium' });
  });

  it.each([[[]], [['toString']]])('ends with 2 when called with %j', (args) => {
    expect(spawnSync(process.execPath, [...command, ...args], { cwd: root }).status).toBe(2);
  });
});
