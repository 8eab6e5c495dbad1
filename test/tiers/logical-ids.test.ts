import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf } from '../support/environments.ts';
import { sesMail } from '../support/mail.ts';
import { STATEFUL_TYPES } from '../support/stateful.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';

// A logical id that changes makes CloudFormation create a new, empty resource and let go of the old one. Adding a line
// is an addition; changing one loses what is deployed under it, and needs an entry in the CHANGELOG.
const EVERYWHERE = [
  'Data/AccessLogs8B620ECA AWS::S3::Bucket',
  'Data/AuditBucketB01E0AE8 AWS::S3::Bucket',
  'Data/BackupBucket26B8E51C AWS::S3::Bucket',
  'Data/FilestoreBucket31C3BA78 AWS::S3::Bucket',
  'Data/Key961B73FD AWS::KMS::Key',
  'Data/SecretsAdminPasswordA3C880B6 AWS::SecretsManager::Secret',
  'Data/SecretsBackupPassphrase44B63FEB AWS::SecretsManager::Secret',
  'Data/SecretsDatabasePassword1B2B895B AWS::SecretsManager::Secret',
  'Data/SecretsMasterPassword52E07644 AWS::SecretsManager::Secret',
  'Backup/RecoveryPointsVaultEF2E6CEF AWS::Backup::BackupVault',
  'Network/LogKeyE83D0C1B AWS::KMS::Key',
];

const SERVICE = [
  'Data/DatabaseInstanceAA8A5FDE AWS::RDS::DBInstance',
  'Data/DatabaseMasterSecretC5C2A01F AWS::SecretsManager::Secret',
  'Data/FilestoreAccessPoint AWS::S3Files::AccessPoint',
  'Data/FilestoreFileSystem AWS::S3Files::FileSystem',
  'Data/SessionsFileSystemAccessPointB1D2DF0C AWS::EFS::AccessPoint',
  'Data/SessionsFileSystemBE9EF536 AWS::EFS::FileSystem',
  'Edge/AccessLogs8B620ECA AWS::S3::Bucket',
];

const SERVER = ['Server/ServerDataVolume3EEC0930 AWS::EC2::Volume'];

const MAIL = [
  'Data/SesSenderConfigurationSetAF5F16EC AWS::SES::ConfigurationSet',
  'Data/SesSenderCredentials104A8D07 AWS::SecretsManager::Secret',
  'Data/SesSenderIdentityEA801E8D AWS::SES::EmailIdentity',
];

const CANARY = ['Operations/CanaryArtifacts7ADD0D0B AWS::S3::Bucket'];

const sending = { mail: sesMail };

function statefulIds(users: number, changes: Partial<Environment> = {}): string[] {
  return resourcesOf(templatesOf(environmentOf(users, changes)), ...STATEFUL_TYPES)
    .map(({ stack, logicalId, resource }) => `${stack}/${logicalId} ${resource.Type}`)
    .toSorted();
}

describe('logical ids of stateful resources', () => {
  it('are pinned in small', () => {
    expect(statefulIds(10)).toEqual([...EVERYWHERE, ...SERVER].toSorted());
  });

  it.each([26, 99, 100, 5000])('are pinned for %i users', (users) => {
    expect(statefulIds(users)).toEqual([...EVERYWHERE, ...SERVICE].toSorted());
  });

  it('are pinned where a canary looks at it, and the same in every architecture', () => {
    const monitoring = { ...environmentOf(10).monitoring, canaryMinutes: 5 };
    expect(statefulIds(10, { monitoring })).toEqual([...EVERYWHERE, ...SERVER, ...CANARY].toSorted());
    expect(statefulIds(150, { monitoring })).toEqual([...EVERYWHERE, ...SERVICE, ...CANARY].toSorted());
  });

  it('are pinned where mail goes through SES, and the same in every architecture', () => {
    expect(statefulIds(10, sending)).toEqual([...EVERYWHERE, ...SERVER, ...MAIL].toSorted());
    expect(statefulIds(150, sending)).toEqual([...EVERYWHERE, ...SERVICE, ...MAIL].toSorted());
  });
});
