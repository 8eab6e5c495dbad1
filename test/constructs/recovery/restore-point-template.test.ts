import { describe, expect, it } from 'vitest';
import { environmentOf, production } from '../../support/environments.ts';
import { recoveredTemplatesOf, resourcesOf, templatesOf } from '../../support/templates.ts';

const USERS = [10, 40, 150];
const text = (value: unknown): string => JSON.stringify(value) ?? '';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What the function is told, and what its role may do. */
function pointOf(users: number, recover = 'latest') {
  const templates = recoveredTemplatesOf(environmentOf(users, production), recover);
  const only = (type: string, name: RegExp) => {
    const found = resourcesOf(templates, type).filter(({ logicalId }) => name.test(logicalId));
    if (found.length !== 1) throw new Error(`${found.length} ${type} ${name} instead of one`);
    return found[0]?.resource.Properties ?? {};
  };
  const policy: { Statement: readonly Statement[] } = JSON.parse(
    text(only('AWS::IAM::Policy', /^RestorePointFindRole/)['PolicyDocument']),
  );
  return {
    templates,
    resource: only('Custom::RestorePoint', /^RestorePoint/),
    settings: text(only('AWS::Lambda::Function', /^RestorePointFind/)['Environment']),
    objects: text(policy.Statement.map(({ Resource }) => Resource)),
    actions: policy.Statement.flatMap(({ Action }) => Action).toSorted(),
    resourceOf: (action: string) =>
      text(policy.Statement.find(({ Action }) => [Action].flat().includes(action))?.Resource),
  };
}

const ALWAYS = [
  'kms:Decrypt',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:ListBucket',
  's3:ListBucketVersions',
  'secretsmanager:ListSecrets',
];

describe('the restore point', () => {
  const small = pointOf(10);
  const medium = pointOf(40, '2026-11-30T10:15:00Z');

  it('is asked for once, by what the command line says', () => {
    expect(small.resource).toMatchObject({ Wanted: 'latest' });
    expect(medium.resource).toMatchObject({ Wanted: '2026-11-30T10:15:00Z' });
  });

  it('may be read only: notes, names of secrets, and what the database is restored from', () => {
    expect(medium.actions).toEqual([...ALWAYS, 'rds:DescribeDBInstanceAutomatedBackups'].toSorted());
    // The listing of the backups besides.
    expect(new Set(small.actions)).toEqual(new Set(ALWAYS));
    expect(small.objects).toContain('server/recovery-points.json');
    expect(medium.objects).not.toContain('server/recovery-points.json');
    for (const { resourceOf } of [small, medium])
      expect(resourceOf('s3:GetObjectVersion')).toMatch(/AuditReplica.*\/watermarks\/copies\.json/);
    expect(small.resourceOf('s3:GetObject')).toMatch(/AuditReplica.*\/fence\/fenced\.json/);
  });

  it('is looked for in the copies of the architecture', () => {
    expect(medium.settings).toMatch(/\\"database\\":\{\\"kind\\":\\"rds\\",\\"encryptionKey\\":/);
    expect(small.settings).toMatch(
      /\\"database\\":\{\\"kind\\":\\"s3\\",\\"bucket\\":.*BackupReplica.*server\/recovery-points\.json/,
    );
    expect(small.settings).toContain('\\"url\\":\\"https://erp.example.com/web/health\\"');
  });
});

describe.each(USERS)('an environment of %i users that is brought back', (users) => {
  const templates = recoveredTemplatesOf(environmentOf(users, production));

  it('leads to nothing of the primary Region', () => {
    expect(Object.keys(templates).filter((name) => !name.startsWith('test-Recovery'))).toEqual([]);
    expect(text(templates)).not.toContain('eu-central-1');
  });

  it('leaves the stack with the copies as it was', () => {
    expect(templatesOf(environmentOf(users, production))['Recovery']).toEqual(templates['test-Recovery']);
  });
});
