import { beforeEach, describe, expect, it } from 'vitest';
import { renderBackups } from '../../../lib/cli/backups-table.ts';
import { backupsCommand } from '../../../lib/cli/backups.ts';
import type { Output } from '../../../lib/cli/selected-plans.ts';
import { lookAtBackups } from '../../../lib/backups/look-at-backups.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import {
  bringBack,
  ago,
  DAY,
  HOUR,
  MINUTE,
  NOW,
  serverAccount,
  serviceAccount,
  watermark,
} from '../backups/account.ts';

class Recorder implements Output {
  text = '';
  readonly columns = 110;
  write(text: string): void {
    this.text += text;
  }
}

let account: ReturnType<typeof serviceAccount>;

beforeEach(() => {
  account = serviceAccount();
});

async function backups(...args: readonly string[]) {
  const out = new Recorder();
  const errors = new Recorder();
  const exitCode = await backupsCommand(args, out, errors, {
    cloudIn: async (region) => (region === 'eu-central-1' ? account.primary : account.recovery),
    now: NOW,
  });
  return { exitCode, out: out.text, errors: errors.text };
}

/** What stands below the heading of a Region. */
const partOf = (out: string, region: string) =>
  out.split(`\n${region}, `)[1]?.split('\n\nWhat to do')[0] ?? '';

describe('backups', () => {
  it('says for each Region what there is, what belongs together, and with which command it is restored', async () => {
    const { exitCode, out, errors } = await backups('--env', 'prod');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(out).toContain(
      'database, recovery points: 47  2026-10-14T03:41:00Z  2026-11-29T03:41:00Z  passed 18 h ago\n',
    );
    expect(out).toContain(
      'attachments                    2026-10-19T03:12:40Z  2026-11-30T02:57:40Z  passed 18 h ago (its source)',
    );
    expect(out).toContain('lost         5 min of work (promised: 1 h at most)');
    expect(out).toMatch(/lost {9}15 min of work, 9 min of it because newer attachments may not be there/);
    expect(out).toContain(`
  In eu-central-1, 2026-11-30T03:07:40Z:
    aws rds restore-db-instance-to-point-in-time \\
      --region eu-central-1 \\
      --source-db-instance-identifier prod-data-databaseinstanceaa8a5fde-1x2y3z \\
      --restore-time 2026-11-30T03:07:40Z \\
      --target-db-instance-identifier prod-restored \\
      --db-subnet-group-name prod-subnets \\
      --vpc-security-group-ids sg-0123456789abcdef0 \\
      --db-parameter-group-name prod-parameters \\
      --no-publicly-accessible
`);
    expect(out).toContain(`
  In eu-west-1, 2026-11-30T02:57:40Z:
    aws rds restore-db-instance-to-point-in-time \\
      --region eu-west-1 \\
      --source-db-instance-automated-backups-arn arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-abcdefghijklmnop \\
      --restore-time 2026-11-30T02:57:40Z \\
      --target-db-instance-identifier prod-restored \\
      --no-publicly-accessible
    Here is no network for it`);
  });

  it('begins with the Region in which an environment runs since it was brought back', async () => {
    bringBack(account, 'prod');
    const { exitCode, out } = await backups('--env', 'prod');
    expect(exitCode).toBe(0);
    const places = [
      'eu-west-1, where it was brought back, and runs',
      'eu-west-1, the copies of what it was before',
      'eu-central-1, where it ran before it was brought back',
    ].map((place) => out.indexOf(place));
    expect(places.toSorted((one, other) => one - other)).toEqual(places);
    expect(places[0]).toBeGreaterThan(0);
    expect(out).toContain('Restore in eu-west-1, unless that Region is lost.');
    expect(out).toContain('--source-db-instance-identifier recovered');
  });

  it('takes the moment in any zone, and says that it can be had exactly', async () => {
    const { exitCode, out } = await backups('--env', 'prod', '--at', '2026-11-28T11:15:00+01:00');
    expect(exitCode).toBe(0);
    expect(out).toContain('For 2026-11-28T10:15:00Z:');
    expect(out).toContain('lost         no work: it is that very moment');
    expect(out).toContain('--restore-time 2026-11-28T10:15:00Z');
  });

  it('begins with what cannot be restored, and names the nearest before and after', async () => {
    const { exitCode, out } = await backups('--env', 'prod', '--at', '2026-10-20T12:00:00Z');
    expect(exitCode).toBe(1);
    expect(out.indexOf('! eu-central-1, 2026-10-20T12:00:00Z: 8 h 19 min of work is lost')).toBeLessThan(
      out.indexOf('where it runs'),
    );
    expect(out).toContain('or else      2026-10-21T03:41:00Z, the first after it');
    expect(out).toContain('nothing; the first after it is 2026-10-26T03:12:40Z');
    expect(out).toContain(
      '--db-snapshot-identifier arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-',
    );
  });

  it('does not pass over attachments that are gone, nor over a Region where no point is safe', async () => {
    account.primary.kept['prod-filestore'] = 3;
    delete account.recovery.objects['prod-audit-replica/watermarks/copies.json'];
    const { exitCode, out } = await backups('--env', 'prod', '--at', '2026-11-20T12:00:00Z');
    expect(exitCode).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      's3://prod-filestore/filestore/odoo/; GONE are those that were deleted before 2026-11-27T03:12:40Z lost',
    );
    expect(partOf(out, 'eu-west-1')).toContain('For 2026-11-20T12:00:00Z:\n    nothing, see above');
  });

  it.each([
    ['primary', 'eu-central-1', 'eu-west-1'],
    ['recovery', 'eu-west-1', 'eu-central-1'],
  ] as const)('without the %s Region still says all that the other one has', async (lost, region, other) => {
    const whole = await backups('--env', 'prod');
    account[lost].refused.add('all');
    const { exitCode, out } = await backups('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(out).toContain(`! ${region}, stack prod-`);
    expect(partOf(out, region)).toContain('Nothing is known to be there.');
    expect(partOf(out, other).split(`\n${region}`)[0]?.trim()).toBe(
      partOf(whole.out, other).split(`\n${region}`)[0]?.trim(),
    );
    expect(out).toContain(`\n  In ${other}, `);
    expect(out).not.toContain(`\n  In ${region}, `);
  });

  it('says that nothing is known where nobody answers, and how to go on', async () => {
    account.primary.refused.add('all');
    account.recovery.refused.add('all');
    const { exitCode, out } = await backups('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(out).toContain('Nothing is known that could be restored: see above.');
  });

  it('marks a proof that is too old, one that failed, and none', async () => {
    const { primary } = account;
    const reports = () => {
      for (const address of Object.keys(primary.objects)) delete primary.objects[address];
    };
    const report = (age: number, verdict: string) =>
      primary.put('prod-audit', `restore-tests/${ago(age).toISOString()}-${verdict}-1.json`, {
        recoveryPoint: 'unknown',
      });
    reports();
    expect((await backups('--env', 'prod')).out).toContain('! No proof is known');

    report(9 * DAY + HOUR, 'passed');
    const old = (await backups('--env', 'prod')).out;
    expect(old).toContain('passed 9 days 1 h ago, too old');
    expect(old).toContain('! Restore test of 2026-11-21T02:12:40Z: passed, older than 9 days;');

    report(2 * DAY, 'failed');
    const failed = (await backups('--env', 'prod')).out;
    expect(failed).toContain('failed 2 days ago');
    expect(failed).toContain('! Restore test of 2026-11-28T03:12:40Z: failed;');

    reports();
    report(9 * DAY - HOUR, 'passed');
    expect((await backups('--env', 'prod')).out).not.toContain('older than');
  });

  it('counts recovery points that cannot be restored apart', async () => {
    const [newest] = account.primary.vaults['odoo-1a2b'] ?? [];
    if (newest) account.primary.vaults['odoo-1a2b']?.push({ ...newest, status: 'PARTIAL' });
    expect((await backups('--env', 'prod')).out).toContain(
      '! Recovery points that are PARTIAL: 1, not among those above.',
    );
  });

  it('restores what is left of a deleted instance by its resource id', async () => {
    const [backup] = account.primary.backups;
    if (backup) account.primary.backups = [{ ...backup, status: 'retained' }];
    const { out } = await backups('--env', 'prod');
    expect(out).toContain('database, any moment, of a deleted instance');
    expect(out).toContain('--source-dbi-resource-id db-ABCDEFGHIJKL');
  });

  it('--json is the same for programs, with moments as text', async () => {
    account.recovery.put(
      'prod-audit-replica',
      'watermarks/copies.json',
      watermark(ago(7 * MINUTE), ago(3 * HOUR)),
      ago(7 * MINUTE),
    );
    const { exitCode, out } = await backups('--env', 'prod', '--json');
    expect(exitCode).toBe(1);
    const report: unknown = JSON.parse(out);
    expect(report).toMatchObject({
      environment: 'prod',
      tier: 'large',
      askedAt: '2026-11-30T03:12:40.000Z',
      rpoHours: 1,
      regions: [
        { region: 'eu-central-1', coordination: { point: { at: '2026-11-30T03:07:40.000Z' } } },
        {
          region: 'eu-west-1',
          coordination: { point: { at: '2026-11-30T00:12:40.000Z', givenUp: 3 * HOUR } },
        },
      ],
      problems: [{ region: 'eu-west-1', what: '2026-11-30T03:12:40Z' }],
    });
  });
});

describe('called wrongly, backups says so, asks nobody and ends with 2', () => {
  it.each([
    [['--at', '2026-11-30T03:00:00Z'], '--env is missing'],
    [['--env', 'prod', '--when', 'now'], "Unknown option '--when'"],
    [['--env', 'prod', '--at', '2026-11-30T03:00:00'], 'is not a moment'],
    [['--env', 'prod', '--at', '2026-11-30'], 'is not a moment'],
    [['--env', 'prod', '--at', '2026-02-30T03:00:00Z'], 'is not a moment'],
    [['--env', 'prod', '--at', 'yesterday'], 'is not a moment'],
    [['--env', 'prod', '--at', '2026-11-30T03:12:41Z'], 'is in the future'],
  ])('%j', async (args, expected) => {
    const { exitCode, out, errors } = await backups(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(errors).toContain(expected);
    expect([...account.primary.asked, ...account.recovery.asked]).toEqual([]);
  });

  it('with what is allowed, and what to write instead', async () => {
    expect((await backups('--env', 'prod', '--at', 'noon')).errors).toBe(`The call has 1 problem:

1. --at
   given    'noon'
   problem  is not a moment
   allowed  a date and time of ISO 8601 with its zone, until now (2026-11-30T03:12:40.000Z)
   to do    write it like 2026-11-30T10:15:00Z, where Z is UTC, or 2026-11-30T11:15:00+01:00
`);
  });
});

it('an environment that there is not is a problem', async () => {
  const { exitCode, errors } = await backups('--env', 'prd');
  expect(exitCode).toBe(1);
  expect(errors).toContain('prd');
});

const textOfSmall = async (changes = {}) => {
  const { primary, recovery } = serverAccount();
  const all = { ...production, ...changes };
  const report = await lookAtBackups({
    planned: { environment: environmentOf(10, all), plan: planOf(10, all) },
    cloudIn: async (region) => (region === 'eu-central-1' ? primary : recovery),
    now: NOW,
  });
  return renderBackups(report, { width: 110, colors: false });
};

/** A report of four hours ago. */
const proof = (bucket: string, rest: string, region = account.primary) =>
  region.put(bucket, `restore-tests/${ago(4 * HOUR).toISOString()}-${rest}.json`, {
    recoveryPoint: ago(30 * HOUR).toISOString(),
  });

const textOfEfs = async () => {
  for (const { vaults } of [account.primary, account.recovery]) {
    for (const points of Object.values(vaults)) {
      points.push(...points.map((point) => ({ ...point, resourceType: 'EFS' })));
    }
  }
  const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } as const;
  const changes = { ...production, storage };
  const report = await lookAtBackups({
    planned: { environment: environmentOf(150, { ...changes, name: 'prod' }), plan: planOf(150, changes) },
    cloudIn: async (region) => (region === 'eu-central-1' ? account.primary : account.recovery),
    now: NOW,
  });
  return renderBackups(report, { width: 120, colors: false });
};

describe('with the filestore on EFS', () => {
  it('the last proof of the file system stands beside its recovery points', async () => {
    proof('prod-audit', 'passed-filestore-1');
    proof('prod-audit-replica', 'passed-filestore-1', account.recovery);
    const out = await textOfEfs();
    expect(partOf(out, 'eu-central-1')).toMatch(/recovery points: 47 .* passed 18 h ago$/m);
    expect(partOf(out, 'eu-central-1')).toMatch(/attachments on EFS, at 48 moments .* passed 4 h ago$/m);
    expect(partOf(out, 'eu-west-1')).toMatch(
      /attachments on EFS, at 31 moments .* passed 4 h ago \(its source\)$/m,
    );
    expect(out).toMatch(
      /Restore test of 2026-11-29T23:12:40Z: passed, restored the filestore of 2026-11-28T21:12:40Z/,
    );
    expect(out).not.toContain('No proof is known');
  });

  it('it is said that a file system has no versions', async () => {
    const out = await textOfEfs();
    for (const region of ['eu-central-1', 'eu-west-1'])
      expect(partOf(out, region).replaceAll(/\s+/g, ' ')).toContain(
        "what was deleted after the database's moment is gone from it",
      );
  });

  it('the proof of the database is none of the file system', async () => {
    const out = await textOfEfs();
    expect(partOf(out, 'eu-central-1')).toMatch(/recovery points: 47 .* passed 18 h ago$/m);
    expect(partOf(out, 'eu-central-1')).toMatch(/attachments on EFS, at 48 moments .* none known$/m);
    expect(out).toContain('! No proof is known of the filestore: whether its restore succeeds');
  });

  it('the proof of the file system is none of the database', async () => {
    for (const address of Object.keys(account.primary.objects)) delete account.primary.objects[address];
    proof('prod-audit', 'passed-filestore-1');
    const out = await textOfEfs();
    expect(partOf(out, 'eu-central-1')).toMatch(/recovery points: 47 .* none known$/m);
    expect(out).toContain('! No proof is known of the database: whether its restore succeeds');
  });
});

describe('of small', () => {
  it('the server restores itself, and the pages say how', async () => {
    const out = await textOfSmall();
    expect(out).toContain('odoo-restore --to 2026-11-30T03:07:40Z --replace-newer');
    expect(out).toContain('docs/backup-and-restore.md#the-data-volume-or-the-zone-is-lost');
    expect(out).toContain('As the server said at 2026-11-30T03:10:40Z.');
    expect(out).toContain('data volume, recovery points: 7');
    expect(out).toContain('database, dumps: 2');
  });

  it('without a recovery Region it is said that there is none', async () => {
    expect(await textOfSmall({ recoveryRegion: undefined })).toContain('No other Region has a copy');
  });
});
