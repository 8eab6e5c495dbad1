import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, production } from '../support/environments.ts';
import { isCopied } from '../support/copied.ts';
import { sesMail } from '../support/mail.ts';
import { STATEFUL_TYPES } from '../support/stateful.ts';
import { type Located, resourcesOf, type Templates, templatesOf } from '../support/templates.ts';

// Whether everything that cannot be made again is there a second time in its Region and once more in the other one, and can be
// read there with a key that is there.

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const named = ({ stack, logicalId }: Located): string => `${stack}/${logicalId}`;
const property = ({ resource }: Located, name: string): unknown => resource.Properties?.[name];

/** What needs no copy, and why. */
const WITHOUT_COPY: readonly { readonly id: RegExp; readonly why: string }[] = [
  { id: /AccessLogs/, why: 'logs of requests: of use where they are, and for nothing that is restored' },
  {
    id: /^Operations\/CanaryArtifacts/,
    why: 'pictures of a login page, for a month; the canary elsewhere makes its own',
  },
  { id: /^(Network|Data)\/.*Key/, why: 'a key of KMS never leaves its Region; copies have one of theirs' },
  { id: /^Data\/Filestore(AccessPoint|FileSystem)$/, why: 'a view of the filestore bucket' },
  { id: /AccessPoint/, why: 'a directory of a file system' },
  { id: /^Data\/SessionsFileSystem/, why: 'a restored session is a login that its owner may have ended' },
  { id: /^Data\/DatabaseMasterSecret/, why: 'what is restored from a snapshot gets a password of its own' },
  { id: /^Data\/SesSender/, why: 'SES knows domains and passwords by Region; they are made anew' },
  { id: /^Backup\/RecoveryPointsVault/, why: 'holds the copies of others; is copied point by point' },
];

function unprotected(templates: Templates): string[] {
  return resourcesOf(templates, ...STATEFUL_TYPES)
    .filter(({ stack }) => stack !== 'Recovery')
    .filter((located) => !WITHOUT_COPY.some(({ id }) => id.test(named(located))))
    .filter((located) => !isCopied(templates, located))
    .map(named);
}

/** What becomes of objects in a bucket. */
function rulesOf(bucket: Located): readonly { readonly Id: string }[] {
  const { Rules }: { Rules: readonly { readonly Id: string }[] } = JSON.parse(
    text(property(bucket, 'LifecycleConfiguration')),
  );
  return Rules;
}

/** Every value by which a service learns of the key of its copies, and the settings that should have one. */
function copiesWithoutKey(templates: Templates): string[] {
  const keyOfRecovery =
    /"Fn::GetStackOutput":\{"StackName":"test-Recovery","Region":"eu-west-1","OutputName":"[^"]*FnGetAttKey/;
  return resourcesOf(templates)
    .flatMap((located) => {
      const settings = [
        ['ReplicationConfiguration', 'ReplicaKmsKeyID', 'KmsKeyId'],
        ['ReplicaRegions', 'KmsKeyId'],
      ].flatMap(([name = '', ...keys]) => {
        const setting = text(property(located, name) ?? null);
        return setting === 'null' ? [] : [keys.some((key) => keyAfter(setting, key))];
      });
      if (property(located, 'AutomaticBackupReplicationRegion') !== undefined) {
        settings.push(keyOfRecovery.test(text(property(located, 'AutomaticBackupReplicationKmsKeyId'))));
      }
      return settings.every(Boolean) ? [] : [named(located)];
    })
    .toSorted();

  function keyAfter(setting: string, key: string): boolean {
    const [, value = ''] = setting.split(`"${key}":`);
    return keyOfRecovery.test(value);
  }
}

/** Recovery points that are not copied, or for another time than they are kept themselves. */
function uncopiedRules(templates: Templates): unknown[] {
  return resourcesOf(templates, 'AWS::Backup::BackupPlan').flatMap((located) => {
    const plan: { BackupPlanRule: readonly Rule[] } = JSON.parse(text(property(located, 'BackupPlan')));
    return plan.BackupPlanRule.filter(
      ({ CopyActions = [], Lifecycle }) =>
        CopyActions.length !== 1 ||
        !CopyActions.every(
          (copy) =>
            text(copy.DestinationBackupVaultArn).includes('test-Recovery') &&
            copy.Lifecycle.DeleteAfterDays === Lifecycle.DeleteAfterDays,
        ),
    );
  });
}

interface Rule {
  readonly Lifecycle: { readonly DeleteAfterDays: number };
  readonly CopyActions?: readonly (Pick<Rule, 'Lifecycle'> & {
    readonly DestinationBackupVaultArn: unknown;
  })[];
}

const onEfs: Partial<Environment> = {
  storage: { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' },
};

describe.each([
  ['small', 10, {}],
  ['medium', 40, {}],
  ['medium on EFS', 40, onEfs],
  ['large', 150, {}],
])('%s with a recovery Region', (_name, users, changes) => {
  const templates = templatesOf(environmentOf(users, { ...production, ...changes, mail: sesMail }));

  it('has nothing that cannot be made again in one Region only, but for what was thought about', () => {
    expect(unprotected(templates)).toEqual([]);
  });

  it('has a key in its Region for each copy', () => {
    expect(copiesWithoutKey(templates)).toEqual([]);
    for (const vault of resourcesOf(templates, 'AWS::Backup::BackupVault')) {
      expect(text(property(vault, 'EncryptionKeyArn'))).toContain('Key');
    }
  });

  it('copies every recovery point, and keeps the copy as long', () => {
    expect(resourcesOf(templates, 'AWS::Backup::BackupPlan')).toHaveLength(1);
    expect(uncopiedRules(templates)).toEqual([]);
  });

  it('needs nothing of the primary Region in the other one', () => {
    const { Recovery = { Resources: {} } } = templates;
    expect(Object.keys(Recovery.Resources)).not.toEqual([]);
    expect(text(Recovery).match(/GetStackOutput|ImportValue|eu-central-1/g)).toBeNull();
  });

  it('keeps the copies as the originals: locked where they are, versions for as long', () => {
    const vaults = resourcesOf(templates, 'AWS::Backup::BackupVault');
    expect(vaults.map(({ stack }) => stack).toSorted()).toEqual(['Backup', 'Recovery']);
    const [one, other] = vaults.map((vault) => property(vault, 'LockConfiguration'));
    expect(one).toEqual(other);
    for (const bucket of ['Filestore', 'Backup', 'Audit']) {
      const [original] = resourcesOf(
        { Data: templates['Data'] ?? { Resources: {} } },
        'AWS::S3::Bucket',
      ).filter(({ logicalId }) => logicalId.startsWith(`${bucket}Bucket`));
      const [copy] = resourcesOf(
        { Recovery: templates['Recovery'] ?? { Resources: {} } },
        'AWS::S3::Bucket',
      ).filter(({ logicalId }) => logicalId.startsWith(`${bucket}Replica`));
      if (original === undefined || copy === undefined) throw new Error(`no ${bucket} in one of the Regions`);
      const rules = rulesOf(copy).filter(({ Id }) => Id !== 'ExpireRecoveredDumps');
      expect(rules).toEqual(rulesOf(original));
    }
  });
});

describe('without a recovery Region', () => {
  it.each([10, 40, 150])('%i users have nothing there, and recovery points all the same', (users) => {
    const templates = templatesOf(environmentOf(users));
    expect(templates['Recovery']).toBeUndefined();
    expect(text(templates)).not.toMatch(
      /ReplicationConfiguration|ReplicaRegions|AutomaticBackupReplication|CopyActions/,
    );
    expect(resourcesOf(templates, 'AWS::Backup::BackupSelection')).toHaveLength(1);
  });
});

const planted = (type: string, properties: object = {}): Templates => ({
  Data: { Resources: { Planted: { Type: type, Properties: { ...properties } } } },
});

describe('these statements can fail', () => {
  it.each(STATEFUL_TYPES)('for a %s that nobody thought of', (type) => {
    expect(unprotected(planted(type))).toEqual(['Data/Planted']);
  });

  it('for a copy with the key of the other Region, or with none', () => {
    const keyHere = { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] };
    const rules = [{ Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: keyHere } } }];
    expect(
      copiesWithoutKey(planted('AWS::S3::Bucket', { ReplicationConfiguration: { Rules: rules } })),
    ).toEqual(['Data/Planted']);
    expect(
      copiesWithoutKey(planted('AWS::RDS::DBInstance', { AutomaticBackupReplicationRegion: 'eu-west-1' })),
    ).toEqual(['Data/Planted']);
  });

  it('for a recovery point that is not copied', () => {
    const BackupPlan = { BackupPlanRule: [{ Lifecycle: { DeleteAfterDays: 7 } }] };
    expect(uncopiedRules(planted('AWS::Backup::BackupPlan', { BackupPlan }))).toHaveLength(1);
  });
});
