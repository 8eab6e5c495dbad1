import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { drillCommand } from '../../../lib/cli/drill.ts';
import type { Output } from '../../../lib/cli/selected-plans.ts';
import { arnOf, FakeRegion } from '../drill/fake-account.ts';

class Recorder implements Output {
  text = '';
  readonly columns?: number;
  readonly isTTY: boolean;

  constructor({ columns, isTTY = false }: { readonly columns?: number; readonly isTTY?: boolean } = {}) {
    if (columns !== undefined) this.columns = columns;
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

let region: FakeRegion;
beforeEach(() => {
  region = new FakeRegion();
});

async function drill(args: readonly string[], out = new Recorder()) {
  const errors = new Recorder();
  const exitCode = await drillCommand(args, out, errors, region);
  return { exitCode, out: out.text, errors: errors.text };
}

const YES = ['--env', 'prod', '--yes'];
const STARTED = arnOf('drill-20261201-120000');
const PHASES = ['clear', 'find', 'restore', 'validate', 'serve', 'teardown'];

/** Phases in the order in which they were shown. */
function shownPhases(out: string): readonly string[] {
  return [...out.matchAll(/^ {2}[\d:]+Z {2}\+[^:]+ {2}(\w+): /gm)].map(([, phase = '']) => phase);
}

function costsIn(text: string): readonly number[] {
  return /about USD (\d+\.\d+) to (\d+\.\d+)/.exec(text)?.slice(1).map(Number) ?? [];
}

describe('npm run drill', () => {
  it('says what it will do, asks, does it, shows each phase once and the report', async () => {
    const { exitCode, out, errors } = await drill(YES);
    expect([exitCode, errors]).toEqual([0, '']);
    expect(region.connected).toEqual(['prod in eu-west-1']);
    expect(region.started).toEqual(['drill-20261201-120000']);
    const order = [
      'What it costs',
      'Begin the drill? yes (--yes)',
      `Started ${STARTED}`,
      '  clear: ',
      'proven',
    ];
    expect(order.map((text) => out.indexOf(text))).toEqual(
      order.map((text) => out.indexOf(text)).toSorted((one, other) => one - other),
    );
    expect(shownPhases(out)).toEqual(PHASES);
    expect(out).toMatch(/^ {2}12:41:40Z {2}\+41 min 40 s {2}validate: rows, modules/m);
  });

  it('names what it makes, how long that takes and why, what it costs, and what it leaves alone', async () => {
    const { out } = await drill(YES, new Recorder({ columns: 200 }));
    expect(out).toMatch(/a new database, prod-drill-\.\.\., db\.m7g\.4xlarge without a standby, 500 GiB/);
    expect(out).toMatch(/prod itself is not touched: nothing is asked of eu-central-1/);
    expect(out).toMatch(/^How long: about 1 h 9 min$/m);
    expect(out).toMatch(/^ {4}40 min +restore: RDS restores the database \(assumed: .*docs\/staging\.md/m);
    expect(out).toMatch(/^ {4}2 min +validate: .* 50,000 attachments; .*\(measured: .*, 2026-11-30\)$/m);
    expect(out).toMatch(/^What it costs: about USD \d\.\d\d to \d\.\d\d$/m);
    expect(out).toMatch(/^ {2}RDS db\.m7g\.4xlarge, Single-AZ +1 +3 +hours/m);
    expect(out).toMatch(/Prices of eu-west-1, 2026-/);
    expect(out).toContain('There is no report of an earlier one.');
  });

  it('costs what its page says, to ten cents', async () => {
    const page = readFileSync(new URL('../../../docs/drill.md', import.meta.url), 'utf8');
    const told = costsIn(page);
    const said = costsIn((await drill(YES)).out);
    expect(told).toHaveLength(2);
    expect(told.map((usd) => usd.toFixed(1))).toEqual(said.map((usd) => usd.toFixed(1)));
  });

  it('says how long the last one took', async () => {
    await drill(YES);
    const { out } = await drill(YES);
    expect(out).toContain('The last one took 1 h 1 min (2026-12-01T12:00:00Z, passed).');
  });

  it('begins nothing where nobody can be asked', async () => {
    const { exitCode, out } = await drill(['--env', 'prod']);
    expect([exitCode, region.started]).toEqual([2, []]);
    expect(out).toMatch(/What it costs[^]*Begin the drill\? no \(nobody to ask: use --yes\)/);
  });
});

describe('the report', () => {
  it('has the four sections, what was measured, and where both of its forms are', async () => {
    const { out } = await drill(YES);
    expect(out.match(/^\d\. .*$/gm)).toEqual([
      '1. Restored: passed',
      '2. Modules load: passed',
      '3. Critical workflows answer: passed',
      '4. Time: passed',
    ]);
    expect(out).toMatch(/^ {2}recovery time +54 min 44 s$/m);
    expect(out).toMatch(/^ {2}recovery point +14 min 30 s of work would be lost$/m);
    expect(out).toMatch(/^ {2}recovery time +54\.7 minutes, at most 4 h are allowed$/m);
    expect(out).toContain('  s3://copy/drills/2026-12-01T12:00:00.000Z-passed-0123456789ab.html\n');
    expect(out).toContain('  s3://copy/drills/2026-12-01T12:00:00.000Z-passed-0123456789ab.json\n');
    expect(out).toMatch(/^Issues\n-+\n {2}none$/m);
  });

  it('of a drill that proved nothing says what failed, first', async () => {
    region.found = {
      validation: {
        findings: [
          { check: 'rows', passed: true, details: '17 tables' },
          { check: 'newest record', passed: false, details: 'two days old' },
        ],
      },
    };
    const { exitCode, out } = await drill(YES);
    expect(exitCode).toBe(1);
    expect(out).toContain('prod: NOT proven');
    expect(out).toMatch(/^1\. Restored: FAILED\n-+\n {2}FAILED newest record +two days old\n {2}rows/m);
    expect(out).toMatch(/^ {2}- newest record: two days old$/m);
  });

  it('of a drill that was late says so, and that it has passed', async () => {
    region.objectives = { rtoHours: 0.5, rpoHours: 1 };
    const { exitCode, out } = await drill(YES);
    expect(exitCode).toBe(0);
    expect(out).toContain('4. Time: FAILED');
    expect(out).toMatch(/^ {2}- recovery time: 54\.7 minutes, at most 0\.5 h are allowed$/m);
  });

  it('of a drill that could not go on says where it stopped', async () => {
    region.found = { checks: {}, failure: { Error: 'TooLate', Cause: 'Odoo was not looked at' } };
    const { exitCode, out } = await drill(YES);
    expect(exitCode).toBe(1);
    expect(out).toContain('while it was to serve: TooLate: Odoo was not looked at');
    expect(out).toMatch(/^ {2}recovery time +not measured$/m);
  });

  it('that cannot be read does not change the verdict', async () => {
    region.refused.add('reportOf');
    const { exitCode, errors } = await drill(YES);
    expect(exitCode).toBe(0);
    expect(errors).toContain('succeeded, and the report cannot be read: not authorized: reportOf');
  });
});

describe('a drill that runs already', () => {
  it('is followed, and none is begun beside it', async () => {
    region.begin('monthly');
    const { exitCode, out } = await drill(['--env', 'prod']);
    expect([exitCode, region.started]).toEqual([0, []]);
    expect(out).toContain(
      `A drill runs since 2026-12-01T12:00:00.000Z, and is followed: ${arnOf('monthly')}`,
    );
    expect(out).not.toContain('What it costs');
    expect(shownPhases(out)).toEqual(PHASES);
  });

  it('is the one that others are refused for', async () => {
    region.begin('monthly');
    region.begin('refused');
    const { exitCode, out } = await drill(['--env', 'prod']);
    expect(exitCode).toBe(0);
    expect(out).toContain(arnOf('monthly'));
  });

  it('which was begun in the moment before, refuses this one', async () => {
    // Between the look and the start.
    const connect = region.connect;
    const racing = Object.assign(Object.create(region), {
      connect: async (environment: string, name: string) => {
        const account = await connect(environment, name);
        return {
          ...account,
          start: async (...args: Parameters<typeof account.start>) => {
            region.begin('other');
            return account.start(...args);
          },
        };
      },
    });
    const errors = new Recorder();
    expect(await drillCommand(YES, new Recorder(), errors, racing)).toBe(2);
    expect(errors.text).toBe(`\nrefused: ${arnOf('other')} runs: wait until it has ended\n`);
  });
});

describe('a drill that is aborted', () => {
  it('proves nothing, and says who removes what it made', async () => {
    region.meanwhile = (seconds) => {
      if (seconds === 600) region.abort(STARTED);
    };
    const { exitCode, out, errors } = await drill(YES);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/not come to its end: ABORTED\nNothing is proven\. Another execution removes/);
    expect(shownPhases(out)).toEqual(['clear', 'find', 'restore']);
  });

  it('is cleared away before the next one is begun', async () => {
    const monthly = region.begin('monthly');
    region.abort(monthly);
    const { exitCode, out } = await drill(YES);
    expect(exitCode).toBe(0);
    expect(out).toContain(`First ${arnOf('clears')} removes what ${monthly} has left.`);
    expect(region.started).toEqual(['drill-20261201-120100']);
  });

  it('is cleared away also if somebody does not wait for it', async () => {
    region.abort(region.begin('monthly'));
    region.interruptIn = 3;
    const { exitCode, out } = await drill(YES);
    expect([exitCode, region.started]).toEqual([2, []]);
    expect(out).toContain('No drill was begun.');
  });
});

describe('the watching ends, and the drill goes on,', () => {
  it.each(['Ctrl-C', 'an error'])('by %s', async (how) => {
    if (how === 'Ctrl-C') region.interruptIn = 20;
    else
      region.meanwhile = (seconds) => {
        if (seconds === 100) region.refused.add('look');
      };
    const { exitCode, out, errors } = await drill(YES);
    expect(exitCode).toBe(3);
    const said = how === 'Ctrl-C' ? out : errors;
    expect(said).toContain('The drill goes on, and removes what it made at its end.');
    expect(said).toContain('npm run drill -- --env prod\n');
    expect(said).toContain(
      `aws stepfunctions stop-execution --region eu-west-1 --execution-arn ${STARTED}\n`,
    );
  });

  it('and whether it was begun is not known where the start failed', async () => {
    region.refused.add('start');
    const { exitCode, errors } = await drill(YES);
    expect(exitCode).toBe(3);
    expect(errors).toMatch(/not authorized: start[^]*Whether drill-20261201-120000 was begun is not known/);
  });
});

describe('--last', () => {
  it('shows the last report and begins nothing', async () => {
    await drill(YES);
    const { exitCode, out } = await drill(['--env', 'prod', '--last']);
    expect([exitCode, region.started.length]).toEqual([0, 1]);
    expect(out).toMatch(/^prod: recovered and proven\n=+\n/);
  });

  it('ends with 1 where the last one proved nothing, and with 2 where there is none', async () => {
    expect(await drill(['--env', 'prod', '--last'])).toEqual({
      exitCode: 2,
      out: '',
      errors: 'there is no report of a drill of prod yet\n',
    });
    region.found = { checks: { findings: [{ check: 'login', passed: false, details: 'refused' }] } };
    await drill(YES);
    expect((await drill(['--env', 'prod', '--last'])).exitCode).toBe(1);
  });
});

describe('is refused', () => {
  it.each([
    [[], '--env is missing'],
    [['--env', 'prod', '--force'], "Unknown option '--force'"],
  ])('called with %j', async (args, message) => {
    const { exitCode, errors } = await drill(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
    expect(errors).toContain('npm run drill -- --env NAME');
  });

  it('for an environment that there is not', async () => {
    const { exitCode, errors } = await drill(['--env', 'pord']);
    expect(exitCode).toBe(2);
    expect(errors).toContain('did you mean "prod"');
  });

  it('where there are no copies, without asking AWS', async () => {
    const { exitCode, errors } = await drill(['--env', 'dev', '--yes']);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/The drill has 1 problem:[^]*no copies/);
    expect(region.connected).toEqual([]);
  });

  it('where the stack is not deployed', async () => {
    region.isDeployed = false;
    const { exitCode, errors } = await drill(YES);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/1\. prod-Recovery-Drill[^]*not deployed in eu-west-1/);
    expect(errors).toContain('npx cdk deploy -c env=prod prod-Recovery-Drill');
  });

  it('where AWS refuses', async () => {
    region.refused.add('deployed');
    expect(await drill(YES)).toMatchObject({ exitCode: 2, errors: 'not authorized: deployed\n' });
  });
});

describe('what is shown', () => {
  it('fits the width of the terminal, but for the table of prices and what is to be copied', async () => {
    const { out } = await drill(YES, new Recorder({ columns: 80 }));
    const prose = out.replace(/\n {2}item [^]*?(?=\n {2}1 h to 3 h of the database)/, '');
    const tooLong = prose.split('\n').filter((line) => line.length > 80 && !/s3:|arn:/.test(line));
    expect(tooLong).toEqual([]);
    expect(prose.split('\n').length).toBeGreaterThan(60);
    expect(prose.length).toBeLessThan(out.length);
  });

  it('is plain text in the log of a pipeline', async () => {
    const { out } = await drill(YES);
    expect(['\r', '\u001B'].filter((control) => out.includes(control))).toEqual([]);
  });

  it('counts the time of a phase before a terminal, and leaves no trace of that', async () => {
    const { out } = await drill(YES, new Recorder({ isTTY: true, columns: 100 }));
    expect(out).toContain('\r\u001B[K    restore for 12 min 5 s');
    const left = out.split('\n').map((line) => line.split('\r\u001B[K').at(-1));
    expect(left.filter((line) => line?.startsWith('    restore for'))).toEqual([]);
  });
});
