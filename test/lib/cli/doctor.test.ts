import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { doctorCommand } from '../../../lib/cli/doctor.ts';
import { ALL_CHECKS } from '../../../lib/doctor/checks/all.ts';
import { driftCheck } from '../../../lib/doctor/checks/drift-check.ts';
import { goLiveCheck } from '../../../lib/doctor/checks/go-live-check.ts';
import { GATE } from '../../../lib/doctor/gate-items.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { Patient } from '../doctor/patient.ts';
import { answerOf, notAllowed } from '../doctor/world-wire.ts';

let wire: AwsWire;
let patient: Patient;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(async () => {
  wire.reset();
  patient = await Patient.healthy('prod');
});

async function doctor(args: readonly string[], terminal: { columns?: number; isTTY?: boolean } = {}) {
  wire.otherwise = (call) => answerOf(patient.world, call);
  let [out, errors] = ['', ''];
  const exitCode = await doctorCommand(
    args,
    { columns: 120, ...terminal, write: (text) => void (out += text) },
    { write: (text) => void (errors += text) },
    patient.instruments,
  );
  return { exitCode, out, errors };
}

const PROD = ['--env', 'prod'];

/** Who answers a line of the list for a go-live. */
const who = ({ checks: names = [], person }: (typeof GATE)[number]) =>
  person === undefined ? names.map((name) => `\`${name}\``).join(', ') : `a person: \`${person.name}\``;

describe('npm run doctor', () => {
  it('says in a few lines that all is well, and changes nothing', async () => {
    const { exitCode, out, errors } = await doctor(PROD);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(out).toMatch(
      /^prod: large, looked at 2026-11-30T03:12:40Z\n=+\n0 failed, 0 not checkable, \d\d passed\n/,
    );
    expect(out).toContain('prod is what it should be.');
    expect(out.split('\n').length).toBeLessThan(12);
    const changing = wire.calls.filter(
      ({ operation }) => !/^(GET |([\w-]+\.)?(Describe|Get|List))/.test(operation),
    );
    expect(changing).toEqual([]);
  });

  it('asks each thing once', async () => {
    await doctor([...PROD, '--drift']);
    const calls = wire.calls.map(({ region, operation, body, parameters }) =>
      [region, operation, body, JSON.stringify(parameters)].join(' '),
    );
    expect(new Set(calls).size).toBe(calls.length);
  });

  it('has CloudFormation look for changes by hand when it is told to', async () => {
    await doctor(PROD);
    expect(wire.asked('DetectStackResourceDrift')).toEqual([]);
    await doctor([...PROD, '--drift']);
    expect(wire.asked('DetectStackResourceDrift').length).toBeGreaterThan(10);
  });

  it('tells what has failed first: what it is, what to do with its name in it, where to read on', async () => {
    patient.world.thing('AWS::RDS::DBInstance')['MultiAZ'] = false;
    const { exitCode, out } = await doctor(PROD);
    expect(exitCode).toBe(1);
    expect(out).toContain(
      [
        'Failed',
        '------',
        '! database-settings: Has the database the size and the protections of the plan?',
        '    MultiAZ is false, planned is true',
        '    To do: somebody changed it by hand, or a newer plan is not deployed yet: npx cdk diff -c env=prod, then deploy.',
        '    See: docs/doctor.md#what-is-compared-with-what',
      ].join('\n'),
    );
  });

  it('says one reason once, and which actions are missing', async () => {
    patient.world.refused.set('rds:DescribeDBInstances', notAllowed('rds:DescribeDBInstances'));
    const { exitCode, out } = await doctor(PROD);
    expect(exitCode).toBe(3);
    expect(out.match(/is not authorized/g)).toHaveLength(1);
    expect(out).toMatch(/\? database-status, database-settings, database-parameters, .*database-version/);
    expect(out).toMatch(/What the credentials may not do, and should\n-+\n {2}rds:DescribeDBInstances\n/);
    expect(out).toContain('that is not the same as being well');
  });

  it('shows what has passed when it is told to', async () => {
    const { out } = await doctor([...PROD, '--all']);
    expect(out).toContain('    DBInstanceClass is db.m7g.4xlarge\n');
    expect(out).toMatch(/and \d+ more like this; --json has them all/);
  });

  it('gives programs everything', async () => {
    const { out } = await doctor([...PROD, '--json', '--go-live', '--at', '2026-12-01T08:00Z']);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ environment: 'prod', tier: 'large', askedAt: '2026-11-30T03:12:40.000Z' });
    expect(report.checks[0]).toMatchObject({ name: 'account', verdict: 'passed', faults: [], unread: [] });
    expect(
      report.goLive.stages.map(({ hours, due }: { hours: number; due: boolean }) => [hours, due]),
    ).toEqual([
      [72, true],
      [48, true],
      [24, false],
    ]);
  });

  it('is colored on a terminal alone', async () => {
    patient.world.ttl = 86_400;
    // The tests' own output is none.
    vi.stubEnv('FORCE_COLOR', '1');
    vi.stubEnv('NO_COLOR', '');
    expect((await doctor(PROD, { isTTY: true })).out).toContain('\u001B[');
    expect((await doctor(PROD)).out).not.toContain('\u001B[');
    vi.stubEnv('FORCE_COLOR', undefined);
  });

  it.each([
    [[], /--env is missing/],
    [['--env', 'prod', '--at', '2026-12-05'], /--at: got "2026-12-05", allowed is a moment with its zone/],
    [['--env', 'prod', '--at', '2026-12-05T08:00Z'], /--at means something only with --go-live/],
    [['--env', 'prod', '--confirmed', 'users-trained'], /--confirmed means something only with --go-live/],
    [['--env', 'prod', '--go-live', '--confirmed', 'user-trained'], /did you mean "users-trained"\?/],
    [['--env', 'prod', '--quick'], /--quick/],
  ])('called with %j says what is wrong, and looks at nothing', async (args, says) => {
    const { exitCode, errors, out } = await doctor(args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(errors).toMatch(says);
    expect(wire.calls).toEqual([]);
  });

  it('called with two mistakes tells both', async () => {
    const { errors } = await doctor(['--at', 'tomorrow']);
    expect(errors).toMatch(/--env is missing[^]*--at: got "tomorrow"[^]*--at means something only/);
  });

  it('looks at no environment that there is not', async () => {
    const { exitCode, errors } = await doctor(['--env', 'prd']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('did you mean "prod"?');
  });
});

describe('each check', () => {
  const checks = [...ALL_CHECKS, driftCheck, goLiveCheck];

  it.each(checks)('$name leads to a page and a section that are there', ({ page }) => {
    const [file = '', section] = page.split('#');
    const path = new URL(`../../../${file}`, import.meta.url);
    expect(existsSync(path)).toBe(true);
    if (section === undefined) return;
    const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(headings).toContain(section);
  });

  it('is in the table of docs/doctor.md, in its order, with its question', () => {
    const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*?\?) \|/gm)].map(([, name, asks]) => [name, asks]);
    expect(rows).toEqual(checks.map(({ name, asks }) => [name, asks]));
  });

  it('and each line of the list for a go-live is in the other table there', () => {
    const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
    const rows = page.match(/^\| \d\d h \| .*$/gm);
    expect(rows).toEqual(GATE.map((item) => `| ${item.hours} h | ${item.asks} | ${who(item)} |`));
  });
});
