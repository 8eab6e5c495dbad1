import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, type Located, templatesOf } from '../../support/templates.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** Properties as far as the tests look into them. */
interface Properties {
  readonly BackupPlan: { readonly BackupPlanRule: readonly PlanRule[] };
  readonly BackupSelection: { readonly Resources: unknown };
  readonly LockConfiguration: { readonly MinRetentionDays: number; readonly MaxRetentionDays: number };
  readonly RestoreMetadataOverrides: {
    readonly dbSubnetGroupName: unknown;
    readonly enableIamDatabaseAuthentication: string;
    readonly vpcSecurityGroupIds: { readonly 'Fn::Join': readonly [string, unknown] };
  };
  readonly GroupId: unknown;
  readonly SourceSecurityGroupId: unknown;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

interface PlanRule {
  readonly RuleName: string;
  readonly ScheduleExpression: string;
  readonly Lifecycle: { readonly DeleteAfterDays: number };
}

const propertiesOf = (located?: Located): Properties =>
  JSON.parse(JSON.stringify(located?.resource.Properties ?? {}));

const only = (found: readonly Located[]): Properties => {
  if (found.length !== 1) throw new Error(`${found.length} resources instead of one`);
  return propertiesOf(found[0]);
};

const ofBackup = (users: number, changes: Partial<Environment> = {}) => {
  const templates = templatesOf(environmentOf(users, changes));
  return (type: string) => resourcesOf({ Backup: templates['Backup'] ?? { Resources: {} } }, type);
};

describe('recovery points', () => {
  const retention = { pointInTimeDays: 35, daily: 7, weekly: 4, monthly: 12, logDays: 365 };

  it('are snapshots of the database alone: AWS Backup takes no settings of RDS over', () => {
    const resources = ofBackup(40, { retention });
    const rules = only(resources('AWS::Backup::BackupPlan')).BackupPlan.BackupPlanRule;
    expect(rules.map(({ RuleName, Lifecycle }) => [RuleName, Lifecycle])).toEqual([
      ['Daily', { DeleteAfterDays: 7 }],
      ['Weekly', { DeleteAfterDays: 28 }],
      ['Monthly', { DeleteAfterDays: 372 }],
    ]);
    for (const rule of rules) expect(rule).not.toHaveProperty('EnableContinuousBackup');
    const { BackupSelection } = only(resources('AWS::Backup::BackupSelection'));
    expect(JSON.stringify(BackupSelection.Resources)).toMatch(/:db:.*DatabaseInstance/);
  });

  it('are as many as the configuration says', () => {
    const resources = ofBackup(40, { retention: { ...retention, weekly: 0, monthly: 0 } });
    const rules = only(resources('AWS::Backup::BackupPlan')).BackupPlan.BackupPlanRule;
    expect(rules).toHaveLength(1);
  });

  it.each([
    { daily: 7, weekly: 4, monthly: 12 },
    { daily: 90, weekly: 1, monthly: 0 },
    { daily: 1, weekly: 104, monthly: 120 },
  ])('fit into the lock of large with %o: otherwise every job would fail', (counts) => {
    const resources = ofBackup(150, { retention: { ...retention, ...counts } });
    const { LockConfiguration: lock } = only(resources('AWS::Backup::BackupVault'));
    const rules = only(resources('AWS::Backup::BackupPlan')).BackupPlan.BackupPlanRule;
    for (const { Lifecycle } of rules) {
      expect(Lifecycle.DeleteAfterDays).toBeGreaterThanOrEqual(lock.MinRetentionDays);
      expect(Lifecycle.DeleteAfterDays).toBeLessThanOrEqual(lock.MaxRetentionDays);
    }
    // Governance: with it, nobody could ever take the lock off again.
    expect(lock).not.toHaveProperty('ChangeableForDays');
  });

  it('are locked for good only where that was asked for', () => {
    const vaultLock = { mode: 'compliance', minDays: 1, maxDays: 3650, graceDays: 7 } as const;
    const { LockConfiguration: lock } = only(
      ofBackup(40, { backup: { vaultLock } })('AWS::Backup::BackupVault'),
    );
    expect(lock).toEqual({ MinRetentionDays: 1, MaxRetentionDays: 3650, ChangeableForDays: 7 });
  });

  it('are not locked in medium', () => {
    expect(only(ofBackup(40)('AWS::Backup::BackupVault'))).not.toHaveProperty('LockConfiguration');
  });

  it('outlive their stack', () => {
    const [vault] = ofBackup(40)('AWS::Backup::BackupVault');
    expect(vault?.resource).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('what a restore test restores', () => {
  const resources = ofBackup(40);

  it('lands where nothing leads out, and lets the validation in by IAM', () => {
    const selection = only(resources('AWS::Backup::RestoreTestingSelection'));
    const overrides = selection.RestoreMetadataOverrides;
    expect(JSON.stringify(overrides.dbSubnetGroupName)).toContain('DatabaseInstanceSubnetGroup');
    expect(overrides.enableIamDatabaseAuthentication).toBe('true');
    // A list as text.
    expect(overrides.vpcSecurityGroupIds['Fn::Join'][1]).toEqual([
      '["',
      { 'Fn::GetAtt': [expect.stringMatching(/^RestoredDatabase/), 'GroupId'] },
      '"]',
    ]);
  });

  it('is reached by the validation, and reaches nobody', () => {
    const groups = resources('AWS::EC2::SecurityGroup');
    const restored = groups.find(({ logicalId }) => logicalId.startsWith('RestoredDatabase'));
    expect(restored?.resource.Properties).toMatchObject({
      // What the CDK writes for none at all.
      SecurityGroupEgress: [{ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' }],
    });
    const ingress = resources('AWS::EC2::SecurityGroupIngress')
      .map(propertiesOf)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes('RestoredDatabase'));
    expect(ingress).toMatchObject([{ FromPort: expect.anything(), ToPort: expect.anything() }]);
    expect(JSON.stringify(ingress[0]?.SourceSecurityGroupId)).toContain('Validation');
  });

  it('begins a validation only when this plan has restored it', () => {
    const rule = resources('AWS::Events::Rule')
      .map(({ resource }) => resource.Properties)
      .find((properties) => properties?.['EventPattern'] !== undefined);
    expect(rule?.['EventPattern']).toEqual({
      source: ['aws.backup'],
      'detail-type': ['Restore Job State Change'],
      detail: {
        status: ['COMPLETED'],
        restoreTestingPlanArn: [
          { 'Fn::GetAtt': [expect.stringMatching(/^RestoreTestingPlan/), 'RestoreTestingPlanArn'] },
        ],
      },
    });
  });
});

describe('the validation', () => {
  const resources = ofBackup(40);
  const statementsOf = (role: string): readonly Statement[] =>
    resources('AWS::IAM::Policy')
      .filter(({ logicalId }) => logicalId.startsWith(`Functions${role}Role`))
      .flatMap((policy) => propertiesOf(policy).PolicyDocument.Statement);

  it('can never sign in to production', () => {
    const denied = statementsOf('Validate').filter(({ Effect }) => Effect === 'Deny');
    expect(denied).toHaveLength(1);
    expect(denied[0]?.Action).toBe('rds-db:connect');
    expect(JSON.stringify(denied[0]?.Resource)).toMatch(/dbuser:.*DbiResourceId.*odoo_verifier/);
  });

  it('does not reach production by the network either; the function that counts it does', () => {
    const intoProduction = resources('AWS::EC2::SecurityGroupIngress')
      .map(propertiesOf)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes('DatabaseSecurityGroup'))
      .map(({ SourceSecurityGroupId }) => JSON.stringify(SourceSecurityGroupId));
    expect(intoProduction).toEqual([expect.stringContaining('Manifest')]);
    const groupOf = (name: string) =>
      resources('AWS::Lambda::Function')
        .filter(({ logicalId }) => logicalId.startsWith(`Functions${name}`))
        .map(({ resource }) => JSON.stringify(resource.Properties?.['VpcConfig']));
    expect(groupOf('NoteManifest')).toEqual([expect.stringContaining('"Manifest')]);
    expect(groupOf('Validate')).toEqual([expect.stringContaining('"Validation')]);
  });

  it('changes nothing but reports and manifests', () => {
    const writes = ['NoteManifest', 'Validate', 'Report', 'ProofAge'].flatMap((role) =>
      statementsOf(role).flatMap(({ Action, Resource }) =>
        [Action]
          .flat()
          .filter((action) => /^s3:(Put|Delete|Abort|Restore|Replicate)/.test(action))
          .map((action) => [role, action, JSON.stringify(Resource).match(/\/[a-z-]+\/\*/)?.[0]]),
      ),
    );
    expect(writes).toEqual([
      ['NoteManifest', 's3:PutObject', '/manifests/*'],
      ['Report', 's3:PutObject', '/restore-tests/*'],
    ]);
  });

  it('counts production a quarter of an hour before each backup', () => {
    const [daily] = only(resources('AWS::Backup::BackupPlan')).BackupPlan.BackupPlanRule;
    const schedules = resources('AWS::Events::Rule').map(
      ({ resource }) => resource.Properties?.['ScheduleExpression'],
    );
    const manifest = schedules.find((schedule) => String(schedule).startsWith('cron'));
    expect((minutes(daily?.ScheduleExpression) - minutes(manifest) + 1440) % 1440).toBe(15);
  });
});

/** Of a daily cron expression, after midnight. */
function minutes(cron: unknown): number {
  const [minute = 0, hour = 0] = (/cron\((\d+) (\d+)/.exec(String(cron)) ?? []).slice(1).map(Number);
  return hour * 60 + minute;
}
