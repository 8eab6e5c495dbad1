/**
 * Something that a deployment cannot make again: what holds it in the templates, where its copies are, and how it comes
 * back. The page docs/rebuild.md prints it, and a test compares it with every template.
 */
export interface Kept {
  readonly what: string;
  /**
   * What holds it: types of resources, with the beginnings of stack and logical id (`Data/FilestoreBucket`), where not all of
   * the type do.
   */
  readonly resources: Readonly<Record<string, readonly string[] | 'all'>>;
  /** Where its copy is in the same Region; `none: ` and the reason, where there is none on purpose. */
  readonly inRegion: string;
  /** The same in the recovery Region, for environments that have one. */
  readonly inRecoveryRegion: string;
  readonly comesBack: string;
}

const replica = (name: string) => `replica of the bucket, \`${name}\` in \`NAME-Recovery\``;

export const kept: readonly Kept[] = [
  {
    what: 'database of medium and large',
    resources: { 'AWS::RDS::DBInstance': 'all' },
    inRegion: 'automated backups of RDS, any moment; recovery points in the vault',
    inRecoveryRegion: 'replicated automated backups; copies of the recovery points',
    comesBack: 'RDS restores a moment or a recovery point as a new instance',
  },
  {
    what: 'recovery points',
    resources: { 'AWS::Backup::BackupVault': ['Backup/'] },
    inRegion: 'none: they are copies themselves',
    inRecoveryRegion: 'vault of `NAME-Recovery`',
    comesBack: 'the next one is made the next night; older ones only from the other Region',
  },
  {
    what: 'database and attachments of small',
    resources: { 'AWS::EC2::Volume': 'all' },
    inRegion: 'backup bucket (`server/pgbackrest/`, `server/dumps/`), filestore bucket',
    inRecoveryRegion: 'replicas of both buckets',
    comesBack:
      'a blank volume is filled by the server itself: [backup-and-restore.md](backup-and-restore.md)',
  },
  {
    what: "backups of small, with its certificates and PostgreSQL's settings",
    resources: { 'AWS::S3::Bucket': ['Data/BackupBucket'] },
    inRegion: 'versions in the bucket itself',
    inRecoveryRegion: replica('BackupReplica'),
    comesBack: 'read where they are; useless without the passphrase',
  },
  {
    what: 'attachments',
    resources: {
      'AWS::S3::Bucket': ['Data/FilestoreBucket'],
      // A view of the bucket: what was not exported yet, a minute's work, is nowhere else.
      'AWS::S3Files::FileSystem': 'all',
      'AWS::S3Files::AccessPoint': 'all',
    },
    inRegion: 'versions in the bucket itself',
    inRecoveryRegion: replica('FilestoreReplica'),
    comesBack:
      'the newest version that is not a delete marker is put back; with the owner of S3 Files, or Odoo cannot write beside it',
  },
  {
    what: "attachments with `storage.filestore: 'efs'`",
    resources: {
      'AWS::EFS::FileSystem': ['Data/EfsFilestore'],
      'AWS::EFS::AccessPoint': ['Data/EfsFilestore'],
    },
    inRegion: 'recovery points in the vault, daily',
    inRecoveryRegion: 'file system that EFS keeps the same; copies of the recovery points',
    comesBack:
      'the recovery ends the replication, and the other file system can be written ([recovery.md](recovery.md#attachments-on-efs)); or AWS Backup restores one',
  },
  {
    what: 'sessions of medium and large',
    resources: { 'AWS::EFS::FileSystem': ['Data/Sessions'], 'AWS::EFS::AccessPoint': ['Data/Sessions'] },
    inRegion: 'none: a restored session is a login that its owner may since have ended',
    inRecoveryRegion: 'none: for the same reason',
    comesBack: 'not at all; everybody logs in again',
  },
  {
    what: 'passphrase of the backups of small',
    resources: { 'AWS::SecretsManager::Secret': ['Data/SecretsBackupPassphrase'] },
    inRegion: 'none: the secret is kept when its stack is deleted',
    inRecoveryRegion: 'replica of the secret',
    comesBack: 'its value must be the same: a new one reads no backup',
  },
  {
    what: 'passwords of the database and of the database manager, first password of `admin`',
    resources: {
      'AWS::SecretsManager::Secret': [
        'Data/SecretsDatabasePassword',
        'Data/SecretsMasterPassword',
        'Data/SecretsAdminPassword',
      ],
    },
    inRegion: 'none: the secrets are kept when their stack is deleted',
    inRecoveryRegion: 'replicas of the secrets',
    comesBack:
      'a deployment makes new ones, and the database job gives the role `odoo` its own; users have theirs in the database',
  },
  {
    what: "password of the database's administrator",
    resources: { 'AWS::SecretsManager::Secret': ['Data/DatabaseMasterSecret'] },
    inRegion: 'none: the secret is kept when its stack is deleted',
    inRecoveryRegion: 'none: what is restored gets a new one',
    comesBack: 'RDS takes a new one when it restores, or afterwards',
  },
  {
    what: 'login of SES',
    resources: {
      'AWS::SecretsManager::Secret': ['Data/SesSenderCredentials'],
    },
    inRegion: 'none: the secret is kept when its stack is deleted',
    inRecoveryRegion: 'none: SES would not take it there',
    comesBack: 'a deployment makes a new one, because a login is good in its own Region alone',
  },
  {
    what: 'domain of outgoing mail, with its DKIM keys',
    resources: {
      'AWS::SES::EmailIdentity': 'all',
      'AWS::SES::ConfigurationSet': 'all',
    },
    inRegion: 'none: SES gives no keys away',
    inRecoveryRegion: 'none: SES gives no keys away',
    comesBack:
      'a deployment makes them anew, with the DNS records; the Region must be out of the sandbox of SES',
  },
  {
    what: 'keys',
    resources: { 'AWS::KMS::Key': ['Data/', 'Network/'] },
    inRegion: 'none: KMS gives no keys away, and keeps them over several zones',
    inRecoveryRegion: 'a key of its own in `NAME-Recovery`, with which every copy there is encrypted',
    comesBack: 'a deployment makes new ones; what only the old one encrypted is lost with it',
  },
  {
    what: 'logs and pictures of the last runs of the canary',
    resources: { 'AWS::S3::Bucket': ['Operations/CanaryArtifacts'] },
    inRegion: 'none: they expire after a month',
    inRecoveryRegion: 'none: the canary there has its own',
    comesBack: 'not at all; the next run makes new ones',
  },
  {
    what: 'proof: reports of restore tests, manifests',
    resources: { 'AWS::S3::Bucket': ['Data/AuditBucket'] },
    inRegion: 'versions in the bucket itself',
    inRecoveryRegion: replica('AuditReplica'),
    comesBack: 'read where they are',
  },
  {
    what: 'logs, of Odoo, PostgreSQL, the firewall, networks, and of access to buckets and load balancer',
    resources: { 'AWS::Logs::LogGroup': 'all', 'AWS::S3::Bucket': ['Data/AccessLogs', 'Edge/AccessLogs'] },
    inRegion: 'none: nothing is rebuilt from them',
    inRecoveryRegion: 'none: who must keep them sends them to an account for logs',
    comesBack: 'not at all',
  },
  {
    what: 'addresses: of the server, of the NAT gateways',
    resources: { 'AWS::EC2::EIP': 'all' },
    inRegion: "none: AWS's to give; the server's is kept when its stack is deleted",
    inRecoveryRegion: 'none: another Region has other addresses',
    comesBack:
      'new ones: change the DNS record where the project does not, and tell who lets the old ones in',
  },
  {
    what: 'the copies in the recovery Region',
    resources: {
      'AWS::S3::Bucket': ['Recovery/'],
      'AWS::Backup::BackupVault': ['Recovery/'],
      'AWS::KMS::Key': ['Recovery/'],
    },
    inRegion: 'none: they are copies themselves',
    inRecoveryRegion: 'none: they are copies themselves',
    comesBack: 'copied again from the environment',
  },
];
