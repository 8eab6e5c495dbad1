import type { Refusal, Success, WireCall } from '../../support/aws-wire.ts';
import { noStack, resourcesPage } from '../../support/stack-answers.ts';
import type { FakeRegion } from './account.ts';

/** What a Region answers to AWS's own clients. */
export function answerOf(region: FakeRegion, call: WireCall): Success | Refusal | undefined {
  if (region.refused.has('all')) return { code: 'ServiceUnavailable', message: 'out of order', status: 503 };
  switch (call.service) {
    case 'cloudformation':
      return stack(region, String(call.parameters['StackName']));
    case 'rds':
      return automatedBackups(region, call.parameters['DBInstanceIdentifier']);
    case 'backup':
      return recoveryPoints(region, call.operation);
    case 's3':
      return objects(region, call);
    default:
      return undefined;
  }
}

function stack({ stacks }: FakeRegion, name: string): Success | Refusal {
  const found = stacks[name];
  return found === undefined
    ? noStack(name)
    : resourcesPage(found.map(({ type, logicalId, physicalId }) => [type, logicalId, physicalId]));
}

function automatedBackups({ backups }: FakeRegion, asked: unknown): Success {
  const members = backups
    .filter(({ instance }) => asked === undefined || instance === asked)
    .map(
      ({ instance, resourceId, arn, status, kmsKey, window }) => `<DBInstanceAutomatedBackup>
        <DBInstanceIdentifier>${instance}</DBInstanceIdentifier><DbiResourceId>${resourceId}</DbiResourceId>
        <Status>${status}</Status>
        ${arn ? `<DBInstanceAutomatedBackupsArn>${arn}</DBInstanceAutomatedBackupsArn>` : ''}
        ${kmsKey ? `<KmsKeyId>${kmsKey}</KmsKeyId>` : ''}
        ${window ? `<RestoreWindow><EarliestTime>${window.from.toISOString()}</EarliestTime><LatestTime>${window.until.toISOString()}</LatestTime></RestoreWindow>` : ''}
      </DBInstanceAutomatedBackup>`,
    );
  return { body: `<DBInstanceAutomatedBackups>${members.join('')}</DBInstanceAutomatedBackups>` };
}

const seconds = (moment: Date | undefined) => moment && moment.getTime() / 1000;

function recoveryPoints({ vaults }: FakeRegion, operation: string): Success | Refusal {
  const vault = /^GET \/backup-vaults\/([^/]+)\/recovery-points$/.exec(operation)?.[1] ?? '';
  const found = vaults[vault];
  if (found === undefined) return { code: 'ResourceNotFoundException', message: `no vault ${vault}` };
  const RecoveryPoints = found.map((point) => ({
    RecoveryPointArn: point.arn,
    Status: point.status,
    ResourceType: point.resourceType,
    CreationDate: seconds(point.created),
    CompletionDate: seconds(point.completed),
    CalculatedLifecycle: { DeleteAt: seconds(point.deletedAt) },
    BackupSizeInBytes: point.bytes,
  }));
  return { body: { RecoveryPoints } };
}

function objects(region: FakeRegion, { operation, parameters }: WireCall): Success | Refusal {
  const [, bucket = '', key = ''] = /^GET \/([^/]+)\/(.*)$/.exec(operation) ?? [];
  if ('lifecycle' in parameters) return lifecycle(region.kept[bucket]);
  const stored = Object.entries(region.objects)
    .filter(([address]) => address.startsWith(`${bucket}/${key || String(parameters['prefix'])}`))
    .map(([address, versions]) => ({ key: address.slice(bucket.length + 1), versions }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
  if ('versions' in parameters) {
    const versions = stored.flatMap((object) =>
      object.versions.map(
        ({ written }) =>
          `<Version><Key>${object.key}</Key><VersionId>${written.getTime()}</VersionId><LastModified>${written.toISOString()}</LastModified></Version>`,
      ),
    );
    return { body: `<ListVersionsResult>${versions.join('')}</ListVersionsResult>` };
  }
  if (key === '') {
    const contents = stored.map((object) => `<Contents><Key>${object.key}</Key></Contents>`);
    return { body: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }
  const version = parameters['versionId'];
  const found = stored
    .find((object) => object.key === key)
    ?.versions.find(({ written }) => version === undefined || String(written.getTime()) === version);
  return found === undefined ? { code: 'NoSuchKey', status: 404 } : { body: found.text };
}

function lifecycle(days: number | 'for-ever' | undefined): Success | Refusal {
  if (typeof days !== 'number') return { code: 'NoSuchLifecycleConfiguration', status: 404 };
  return {
    body: `<LifecycleConfiguration><Rule><Status>Enabled</Status><NoncurrentVersionExpiration>
      <NoncurrentDays>${days}</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>`,
  };
}
