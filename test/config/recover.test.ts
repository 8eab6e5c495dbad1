import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../config/format-problems.ts';
import { type PlannedEnvironment, resolveAll } from '../../config/load.ts';
import { readRecover } from '../../config/recover.ts';
import { certificateArn, existingVpc, files } from './files.ts';
import { expectComplete } from './rule-table.ts';

const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay-AbCdEf';
const relay = { host: 'smtp.example.com', credentialsArn: secretArn };

interface Content {
  readonly name: string;
  readonly [field: string]: unknown;
}

function planned(content: Content): readonly PlannedEnvironment[] {
  const result = resolveAll([{ name: content.name, content }]);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.value;
}

function problemsOf(recover: unknown, env: unknown, content: Content = files.large) {
  const result = readRecover(recover, env, planned(content));
  const problems = result.ok ? [] : result.problems;
  expectComplete(problems);
  return problems.map(({ path, message, fix }) => [path, message, fix]);
}

describe('the moment to go on from', () => {
  it.each([
    ['latest', 'latest'],
    ['2026-11-30T10:15:00Z', '2026-11-30T10:15:00.000Z'],
    ['2026-11-30T10:15Z', '2026-11-30T10:15:00.000Z'],
    ['2026-11-30T11:15:00.5+01:00', '2026-11-30T10:15:00.500Z'],
  ])('may be %s', (recover, value) => {
    expect(readRecover(recover, 'prod', planned(files.large))).toEqual({ ok: true, value });
  });

  it.each([
    '',
    'now',
    'Latest',
    '2026-11-30',
    '2026-11-30T10:15:00',
    '2026-13-30T10:15:00Z',
    true,
    undefined,
    1,
  ])('is not %j', (recover) => {
    expect(problemsOf(recover, 'prod')).toEqual([
      ['recover', 'is no moment', 'write latest to lose as little as possible'],
    ]);
  });
});

describe('a recovery', () => {
  it('is of one environment: every one at once would be', () => {
    expect(problemsOf('latest', undefined)).toEqual([
      ['recover', 'is given without an environment', 'name the environment too, for example env=prod'],
    ]);
  });

  it('needs copies in another Region', () => {
    expect(problemsOf('latest', 'staging', files.medium)).toEqual([
      [
        'staging.recoveryRegion',
        'is missing: nothing of this environment was ever copied to another Region',
        expect.stringMatching(/npm run backups/),
      ],
    ]);
  });

  it.each([20, 150])('goes on with attachments on EFS as with any others, for %i users', (users) => {
    const file = { ...files.large, users, storage: { filestore: 'efs' } };
    expect(problemsOf('latest', 'prod', file)).toEqual([]);
  });

  it('waits for the certificate and the login that an older file does not name there', () => {
    const file = {
      ...files.large,
      hostedZone: undefined,
      certificateArn,
      mail: { from: 'odoo@example.com', relay },
    };
    expect(problemsOf('latest', 'prod', file)).toEqual([
      [
        'prod.recovery.certificateArn',
        expect.stringMatching(/^is missing: a load balancer/),
        expect.stringMatching(/request-certificate --region eu-west-1/),
      ],
      [
        'prod.recovery.relayCredentialsArn',
        expect.stringMatching(/^is missing: Odoo reads secrets/),
        expect.stringMatching(/Region=eu-west-1/),
      ],
    ]);
  });

  it('goes on where everything of one Region has its counterpart', () => {
    const file = {
      ...files.large,
      hostedZone: undefined,
      certificateArn,
      network: existingVpc,
      mail: { from: 'odoo@example.com', relay },
      recovery: {
        certificateArn: certificateArn.replace('eu-central-1', 'eu-west-1'),
        relayCredentialsArn: secretArn.replace('eu-central-1', 'eu-west-1'),
      },
    };
    expect(problemsOf('latest', 'prod', file)).toEqual([]);
  });

  it('hears of everything at once', () => {
    const file = { ...files.large, hostedZone: undefined, certificateArn };
    expect(problemsOf('yesterday', 'prod', file).map(([path]) => path)).toEqual([
      'recover',
      'prod.recovery.certificateArn',
    ]);
    expect(problemsOf('yesterday', undefined, files.medium).map(([path]) => path)).toEqual([
      'recover',
      'recover',
    ]);
  });
});
