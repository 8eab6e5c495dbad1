import { type Located, resourcesOf, type Templates } from './templates.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const property = ({ resource }: Located, name: string): unknown => resource.Properties?.[name];

/** ARNs that the plans of AWS Backup make recovery points of. */
function selections(templates: Templates): string {
  return text(resourcesOf(templates, 'AWS::Backup::BackupSelection').map((each) => each.resource.Properties));
}

/** Whether the copy of a resource is made in Ireland, by whatever makes copies of its kind. */
export function isCopied(templates: Templates, located: Located): boolean {
  const selected = selections(templates).includes(located.logicalId);
  switch (located.resource.Type) {
    case 'AWS::RDS::DBInstance':
      return selected && property(located, 'AutomaticBackupReplicationRegion') === 'eu-west-1';
    case 'AWS::EFS::FileSystem':
      return selected && text(property(located, 'ReplicationConfiguration')).includes('eu-west-1');
    case 'AWS::EC2::Volume':
      return selected;
    case 'AWS::S3::Bucket':
      return text(property(located, 'ReplicationConfiguration')).includes('"Status":"Enabled"');
    case 'AWS::SecretsManager::Secret':
      return text(property(located, 'ReplicaRegions')).includes('eu-west-1');
    default:
      return false;
  }
}
