/** Resource types that hold something that cannot be made again: data, keys to it, or its only name. */
export const STATEFUL_TYPES: readonly string[] = [
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::S3Files::FileSystem',
  'AWS::S3Files::AccessPoint',
  'AWS::EFS::FileSystem',
  'AWS::EFS::AccessPoint',
  'AWS::EC2::Volume',
  'AWS::KMS::Key',
  // With all recovery points in it.
  'AWS::Backup::BackupVault',
  'AWS::SecretsManager::Secret',
  // Others in the account may be sending by these.
  'AWS::SES::EmailIdentity',
  'AWS::SES::ConfigurationSet',
];
