import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, production } from '../support/environments.ts';
import { sesMail } from '../support/mail.ts';
import { recoveredTemplatesOf, resourcesOf, type Templates, templatesOf } from '../support/templates.ts';

// What must be true of every environment that was brought back: it goes on with what was copied, and beginning with nothing
// would look like the loss of everything.

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const hosted: Partial<Environment> = {
  ...production,
  domain: { name: 'erp.example.com', hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' } },
  mail: sesMail,
};
const broughtBack = (users: number): Templates => recoveredTemplatesOf(environmentOf(users, hosted));

function only(templates: Templates, type: string): Readonly<Record<string, unknown>> {
  const found = resourcesOf(templates, type);
  expect(found).toHaveLength(1);
  return found[0]?.resource.Properties ?? {};
}

function recordsOf(templates: Templates) {
  return resourcesOf(templates, 'AWS::Route53::RecordSet').map(({ resource }) => resource.Properties ?? {});
}

describe.each([40, 150])('with %i users', (users) => {
  const templates = broughtBack(users);

  it('the database is what was restored, and is told nothing that it has from its backup', () => {
    const instance = only(templates, 'AWS::RDS::DBInstance');
    expect(text(instance['SourceDBInstanceAutomatedBackupsArn'])).toMatch(
      /"Fn::GetAtt":\["RestorePointFound\w+","Source"\]/,
    );
    expect(text(instance['RestoreTime'])).toMatch(/"Fn::GetAtt":\["RestorePointFound\w+","RestoreTime"\]/);
    for (const inherited of [
      'MasterUsername',
      'KmsKeyId',
      'StorageEncrypted',
      'AllocatedStorage',
      'EngineVersion',
      'DBName',
    ])
      expect(instance).not.toHaveProperty(inherited);
    // Its administrator's password is a new one: nobody knows the old one there.
    expect(text(instance['MasterUserPassword'])).toContain('DatabaseMasterSecret');
  });

  it('attachments are in the copy itself', () => {
    const fileSystem = only(templates, 'AWS::S3Files::FileSystem');
    expect(text(fileSystem['Bucket'])).toMatch(/"StackName":"test-Recovery".*FilestoreReplica/);
  });

  it('no bucket is made that would be empty but those for logs and artifacts of what runs there, and no password that would be another', () => {
    const made = resourcesOf(templates, 'AWS::S3::Bucket').filter(({ stack }) => stack !== 'test-Recovery');
    expect(made.map(({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'AccessLogs',
      'CanaryArtifacts',
    ]);
    const secrets = resourcesOf(templates, 'AWS::SecretsManager::Secret');
    expect(secrets.map(({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual([
      'DatabaseMasterSecret',
      'SesSenderCredentials',
    ]);
    for (const task of resourcesOf(templates, 'AWS::ECS::TaskDefinition')) {
      const found = text(task.resource.Properties?.['ContainerDefinitions']);
      if (found.includes('"Secrets"')) expect(found).toContain('RestorePointFound');
    }
  });
});

describe.each([40, 150])('with %i users and attachments on EFS', (users) => {
  const onEfs: Partial<Environment> = {
    ...hosted,
    storage: { ...environmentOf(users).storage, filestore: 'efs' },
  };
  const away = recoveredTemplatesOf(environmentOf(users, onEfs));
  const replica = /\{"Fn::GetAtt":\["FilestoreReplicaFound\w+","FileSystemId"\]\}/;
  const ofFilestore = (type: string) =>
    resourcesOf(away, type).filter(({ logicalId }) => logicalId.startsWith('EfsFilestore'));

  it('no file system is made for them: they are on the one that EFS kept the same', () => {
    expect(resourcesOf(away, 'AWS::EFS::FileSystem').map(({ logicalId }) => logicalId)).toEqual([
      expect.stringMatching(/^Sessions/),
    ]);
    const targets = ofFilestore('AWS::EFS::MountTarget');
    const subnets = new Set(targets.map(({ resource }) => text(resource.Properties?.['SubnetId'])));
    const others = resourcesOf(away, 'AWS::EFS::MountTarget').filter(({ logicalId }) =>
      logicalId.startsWith('Sessions'),
    );
    expect([...subnets].toSorted()).toEqual(
      others.map(({ resource }) => text(resource.Properties?.['SubnetId'])).toSorted(),
    );
    expect(subnets.size).toBeGreaterThan(1);
    for (const { resource } of [...targets, ...ofFilestore('AWS::EFS::AccessPoint')])
      expect(text(resource.Properties?.['FileSystemId'])).toMatch(replica);
  });

  it('the directory is the one that the primary Region made, with the same owner', () => {
    const home = resourcesOf(templatesOf(environmentOf(users, onEfs)), 'AWS::EFS::AccessPoint').find(
      ({ logicalId }) => logicalId.startsWith('EfsFilestore'),
    )?.resource.Properties;
    const [there] = ofFilestore('AWS::EFS::AccessPoint').map(({ resource }) => resource.Properties ?? {});
    expect(there?.['RootDirectory']).toMatchObject({ Path: '/filestore' });
    expect(there?.['RootDirectory']).toEqual(home?.['RootDirectory']);
    expect(there?.['PosixUser']).toEqual(home?.['PosixUser']);
  });

  it('no replication is ended before a moment was found, which takes a fence', () => {
    const [found] = resourcesOf(away, 'Custom::WritableReplica');
    expect(text(found?.resource.Properties?.['Moment'])).toMatch(
      /^\{"Fn::GetAtt":\["RestorePointFound\w+","RestoreTime"\]\}$/,
    );
  });

  it('it gets recovery points, and they are tested', () => {
    const saved = resourcesOf(away, 'AWS::Backup::BackupSelection').map(({ resource }) => text(resource));
    const tested = resourcesOf(away, 'AWS::Backup::RestoreTestingSelection').map(({ resource }) =>
      text(resource),
    );
    for (const selections of [saved, tested])
      expect(selections.filter((selection) => selection.includes('FilestoreReplicaFound'))).toHaveLength(1);
  });

  it('the copy becomes as the one at home is, of which EFS copied the files alone', () => {
    const [made] = resourcesOf(templatesOf(environmentOf(users, onEfs)), 'AWS::EFS::FileSystem').filter(
      ({ logicalId }) => logicalId.startsWith('EfsFilestore'),
    );
    const settings = resourcesOf(away, 'AWS::Lambda::Function')
      .filter(({ logicalId }) => logicalId.startsWith('FilestoreReplica'))
      .map(({ resource }) => text(resource.Properties?.['Environment']))
      .filter((environment) => environment.includes('SETTINGS'));
    expect(settings).toHaveLength(2);
    for (const environment of settings) {
      for (const property of ['LifecyclePolicies', 'FileSystemPolicy'])
        expect(environment.replaceAll('\\"', '"')).toContain(text(made?.resource.Properties?.[property]));
    }
    expect(made?.resource.Properties?.['ThroughputMode']).toBe('elastic');
  });

  it('only what has been marked as brought back may be changed, and nothing deleted', () => {
    interface Statement {
      readonly Action: string | readonly string[];
      readonly Condition?: unknown;
    }
    const [policy] = resourcesOf(away, 'AWS::IAM::Policy').filter(({ logicalId }) =>
      logicalId.startsWith('FilestoreReplicaFindRole'),
    );
    const document: { Statement: readonly Statement[] } = JSON.parse(
      text(policy?.resource.Properties?.['PolicyDocument']),
    );
    const conditions = Object.fromEntries(
      document.Statement.flatMap(({ Action, Condition }) =>
        [Action].flat().map((action) => [action, Condition]),
      ).filter(([action]) => String(action).startsWith('elasticfilesystem:')),
    );
    const marked = { Null: { 'aws:ResourceTag/odoo-aws:brought-back': 'false' } };
    expect(conditions).toEqual({
      'elasticfilesystem:DescribeFileSystems': undefined,
      'elasticfilesystem:DescribeReplicationConfigurations': undefined,
      'elasticfilesystem:DeleteReplicationConfiguration': undefined,
      'elasticfilesystem:TagResource': {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['odoo-aws:brought-back'] },
      },
      'elasticfilesystem:PutFileSystemPolicy': marked,
      'elasticfilesystem:PutLifecycleConfiguration': marked,
      'elasticfilesystem:UpdateFileSystem': marked,
    });
  });

  it('what is not on EFS looks for no copy there', () => {
    expect(resourcesOf(broughtBack(users), 'Custom::WritableReplica')).toEqual([]);
  });
});

describe.each([10, 40, 150])('with %i users', (users) => {
  const [home, away] = [templatesOf(environmentOf(users, hosted)), broughtBack(users)];

  it('the domain goes to it, beside the record of the primary Region', () => {
    const [one = {}, other = {}] = [home, away].map((templates) =>
      recordsOf(templates).find(({ Type }) => Type === 'A'),
    );
    expect([one['Name'], one['SetIdentifier'], one['Weight']]).toEqual(['erp.example.com.', 'primary', 0]);
    expect([other['Name'], other['SetIdentifier'], other['Weight']]).toEqual([
      'erp.example.com.',
      'recovery',
      255,
    ]);
  });

  it('what SES knows of the domain there goes with it: the next recovery could not make it again', () => {
    const types = ['AWS::SES::EmailIdentity', 'AWS::SES::ConfigurationSet', 'AWS::Route53::RecordSet'];
    const data = (templates: Templates, name: string) =>
      resourcesOf({ Data: templates[name] ?? { Resources: {} } }, ...types).map(
        ({ resource }) => resource.DeletionPolicy,
      );
    expect(data(away, 'test-Recovery-Data')).toEqual(Array(7).fill('Delete'));
    expect(data(home, 'Data')).toEqual(Array(7).fill('RetainExceptOnCreate'));
  });

  it('its mail comes back to a name of its own: that of the primary Region is taken', () => {
    const [one, other] = [home, away].map((templates) =>
      recordsOf(templates).flatMap(({ Type, Name }) => (Type === 'MX' ? [Name] : [])),
    );
    expect(one).toEqual(['bounce.example.com']);
    expect(other).toEqual(['bounce-eu-west-1.example.com']);
  });

  // Whoever deploys the environment at home, when that Region is back, deploys this stack as well.
  it('the network is the same from either side: none takes away what the other one needs', () => {
    const [before, after] = [home['Recovery-Network'], away['test-Recovery-Network']];
    expect(Object.keys(before?.Resources ?? {})).not.toEqual([]);
    expect(after?.Resources).toEqual(before?.Resources);
    expect(after?.Outputs).toEqual(before?.Outputs);
  });

  it('nobody in the recovery Region guards a fence: it has nobody to stand in for it', () => {
    expect(text(away)).not.toContain('FenceGuard');
    expect(text(home)).toContain('FenceGuard');
  });
});
