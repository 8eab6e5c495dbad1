import type { AutomatedBackup, Cloud, RecoveryPoint, StackResource } from '../../../lib/backups/cloud.ts';

/** When everything here is asked. */
export const NOW = new Date('2026-11-30T03:12:40Z');

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const before = (now: Date) => (milliseconds: number) => new Date(now.getTime() - milliseconds);

export const ago = before(NOW);

/** The last recovery point was begun so long ago: every night at half past three. */
const LAST_NIGHT = 23 * HOUR + 42 * MINUTE + 40_000;

/** What one Region has, as a `Cloud`. */
export class FakeRegion implements Cloud {
  stacks: Record<string, StackResource[]> = {};
  backups: AutomatedBackup[] = [];
  vaults: Record<string, RecoveryPoint[]> = {};
  kept: Record<string, number | 'for-ever'> = {};
  /** Versions by address, the newest first. */
  objects: Record<string, { readonly text: string; readonly written: Date }[]> = {};
  /** Questions that are refused, by the name of the method; `all` of them where the Region is lost. */
  readonly refused = new Set<keyof Cloud | 'all'>();
  /** Every question so far. */
  readonly asked: string[] = [];

  async resources(stack: string): Promise<readonly StackResource[] | undefined> {
    this.ask('resources', stack);
    return this.stacks[stack];
  }

  async automatedBackups(instance?: string): Promise<readonly AutomatedBackup[]> {
    this.ask('automatedBackups', instance ?? 'all');
    return this.backups.filter((backup) => instance === undefined || backup.instance === instance);
  }

  async recoveryPoints(vault: string): Promise<readonly RecoveryPoint[]> {
    this.ask('recoveryPoints', vault);
    const found = this.vaults[vault];
    if (found === undefined) throw new Error(`Backup vault ${vault} cannot be found`);
    return found;
  }

  async keptDays(bucket: string, prefix: string): Promise<number | 'for-ever'> {
    this.ask('keptDays', `${bucket}/${prefix}`);
    return this.kept[bucket] ?? 'for-ever';
  }

  async keys(bucket: string, prefix: string): Promise<readonly string[]> {
    this.ask('keys', `${bucket}/${prefix}`);
    return Object.keys(this.objects)
      .filter((address) => address.startsWith(`${bucket}/${prefix}`))
      .map((address) => address.slice(bucket.length + 1))
      .toSorted();
  }

  async text(bucket: string, key: string, until?: Date): Promise<string | undefined> {
    this.ask('text', `${bucket}/${key}${until ? ` by ${until.toISOString()}` : ''}`);
    const versions = this.objects[`${bucket}/${key}`] ?? [];
    return versions.find(({ written }) => until === undefined || written <= until)?.text;
  }

  put(bucket: string, key: string, content: unknown, written = NOW): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    (this.objects[`${bucket}/${key}`] ??= []).unshift({ text, written });
  }

  private ask(question: keyof Cloud, of: string): void {
    this.asked.push(`${question} ${of}`);
    if (this.refused.has('all')) throw Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    if (this.refused.has(question)) throw new Error(`not authorized to perform ${question}`);
  }
}

const resource = (type: string, logicalId: string, physicalId: string): StackResource => ({
  type,
  logicalId,
  physicalId,
});
const bucket = (logicalId: string, name: string) => resource('AWS::S3::Bucket', logicalId, name);

const INSTANCE = 'prod-data-databaseinstanceaa8a5fde-1x2y3z';
const KEY = '1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f';

const recoveryPoint = (created: Date, resourceType: string, region: string): RecoveryPoint => ({
  arn: `arn:aws:rds:${region}:111122223333:snapshot:awsbackup:job-${created.getTime() / 1000}`,
  status: 'COMPLETED',
  resourceType,
  created,
  completed: new Date(created.getTime() + 11 * MINUTE),
  deletedAt: new Date(created.getTime() + 7 * DAY),
  bytes: 50 * 1024 ** 3,
});

const daily = (resourceType: string, region: string, days: number, now: Date) =>
  Array.from({ length: days }, (_, day) =>
    recoveryPoint(before(now)(LAST_NIGHT + day * DAY), resourceType, region),
  );

/** A test that passed eighteen hours ago, and one that had failed the week before. */
function putReports(region: FakeRegion, bucketName: string, now: Date): void {
  const key = (milliseconds: number, rest: string) =>
    `restore-tests/${before(now)(milliseconds).toISOString()}-${rest}`;
  const recoveryPointOf = { recoveryPoint: before(now)(LAST_NIGHT).toISOString(), findings: [] };
  region.put(bucketName, key(18 * HOUR, 'passed-7C3F.json'), recoveryPointOf);
  region.put(bucketName, key(18 * HOUR, 'passed-7C3F.html'), '<!doctype html>');
  region.put(bucketName, key(7 * DAY, 'failed-11AA.json'), { recoveryPoint: 'unknown', findings: [] });
}

/** Medium or large, in service for long, everything in order. */
export function serviceAccount(
  name = 'prod',
  now = NOW,
): { readonly primary: FakeRegion; readonly recovery: FakeRegion } {
  const ago = before(now);
  const primary = new FakeRegion();
  primary.stacks = {
    [`${name}-Data`]: [
      bucket('AccessLogs8B620ECA', 'logs'),
      bucket('FilestoreBucket31C3BA78', `${name}-filestore`),
      bucket('BackupBucket26B8E51C', `${name}-backups`),
      bucket('AuditBucketB01E0AE8', `${name}-audit`),
      resource('AWS::RDS::DBInstance', 'DatabaseInstanceAA8A5FDE', INSTANCE),
      resource('AWS::RDS::DBSubnetGroup', 'DatabaseInstanceSubnetGroupDE121BB6', `${name}-subnets`),
      resource('AWS::RDS::DBParameterGroup', 'DatabaseParametersB8AC9B07', `${name}-parameters`),
      resource('AWS::EC2::SecurityGroup', 'DatabaseInstanceRotation1', 'sg-rotation'),
      resource('AWS::EC2::SecurityGroup', 'DatabaseSecurityGroup5C91FDCB', 'sg-0123456789abcdef0'),
    ],
    [`${name}-Backup`]: [
      resource('AWS::Backup::BackupVault', 'RecoveryPointsVaultEF2E6CEF', 'odoo-1a2b'),
      resource('AWS::EC2::SecurityGroup', 'RestoredDatabase91C87FAA', 'sg-restored'),
    ],
  };
  const ofInstance = { instance: INSTANCE, resourceId: 'db-ABCDEFGHIJKL', status: 'active' };
  primary.backups = [{ ...ofInstance, window: { from: ago(35 * DAY), until: ago(5 * MINUTE) } }];
  primary.vaults = { 'odoo-1a2b': daily('RDS', 'eu-central-1', 47, now) };
  primary.kept = { [`${name}-filestore`]: 42 };
  putReports(primary, `${name}-audit`, now);

  const recovery = new FakeRegion();
  recovery.stacks = {
    [`${name}-Recovery`]: [
      resource('AWS::KMS::Key', 'LogKeyCAFE', 'key-of-logs'),
      resource('AWS::KMS::Key', 'KeyCAFE', KEY),
      resource('AWS::Backup::BackupVault', 'VaultCAFE', 'odoo-copies'),
      bucket('FilestoreReplicaCAFE', `${name}-filestore-replica`),
      bucket('BackupReplicaCAFE', `${name}-backups-replica`),
      bucket('AuditReplicaCAFE', `${name}-audit-replica`),
    ],
  };
  recovery.backups = [
    {
      ...ofInstance,
      arn: 'arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-abcdefghijklmnop',
      kmsKey: `arn:aws:kms:eu-west-1:111122223333:key/${KEY}`,
      window: { from: ago(35 * DAY), until: ago(6 * MINUTE) },
    },
    {
      instance: 'another-environment',
      resourceId: 'db-OTHER',
      status: 'active',
      kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/another',
      window: { from: ago(35 * DAY), until: ago(MINUTE) },
    },
  ];
  recovery.vaults = { 'odoo-copies': daily('RDS', 'eu-west-1', 30, now) };
  recovery.kept = { [`${name}-filestore-replica`]: 42 };
  // From before the last moment that RDS has copied, and from after it: nobody knows whether that one is true.
  const notes: (readonly [written: Date, filestore: Date])[] = [
    [ago(7 * MINUTE), ago(15 * MINUTE)],
    [ago(2 * MINUTE), ago(3 * MINUTE)],
  ];
  for (const [written, filestore] of notes)
    recovery.put(`${name}-audit-replica`, 'watermarks/copies.json', watermark(written, filestore), written);
  putReports(recovery, `${name}-audit-replica`, now);
  return { primary, recovery };
}

/** Lets the environment run in its recovery Region since two days ago, with the copies as they were then. */
export function bringBack({ recovery }: { readonly recovery: FakeRegion }, name = 'test', now = NOW): void {
  const ago = before(now);
  recovery.stacks[`${name}-Recovery-Data`] = [
    resource('AWS::RDS::DBInstance', 'DatabaseInstanceAA8A5FDE', 'recovered'),
    resource('AWS::RDS::DBSubnetGroup', 'DatabaseInstanceSubnetGroupDE121BB6', 'recovered-subnets'),
    resource('AWS::EC2::SecurityGroup', 'DatabaseSecurityGroup5C91FDCB', 'sg-recovered'),
  ];
  recovery.stacks[`${name}-Recovery-Backup`] = [
    resource('AWS::Backup::BackupVault', 'RecoveryPointsVaultEF2E6CEF', 'odoo-recovered'),
  ];
  recovery.vaults['odoo-recovered'] = [];
  recovery.backups.push({
    instance: 'recovered',
    resourceId: 'db-RECOVERED',
    status: 'active',
    window: { from: ago(2 * DAY), until: ago(5 * MINUTE) },
  });
  recovery.put(`${name}-audit-replica`, 'fence/fenced.json', { fencedAt: ago(2 * DAY).toISOString() });
}

const until = (moment: Date | null) => moment && { until: moment.toISOString() };

/** How far the copies are, as it was noted at a moment. */
export function watermark(
  written: Date,
  filestore: Date | null,
  backups: Date | null = filestore,
): Record<string, unknown> {
  return {
    writtenAt: written.toISOString(),
    filestore: until(filestore),
    backups: until(backups),
    database: until(before(written)(4 * MINUTE)),
  };
}

/** What the single server writes, at a moment. */
export function serverList(written: Date): Record<string, unknown> {
  const text = (milliseconds: number) => before(written)(milliseconds).toISOString();
  return {
    writtenAt: text(0),
    database: {
      oldest: text(35 * DAY),
      latest: text(MINUTE),
      backups: [{ label: '20261130-003000F', type: 'full', stop: text(2 * HOUR), bytes: 1024 }],
    },
    filestore: { copiedAt: text(3 * MINUTE) },
    dumps: [
      { key: 'server/dumps/today.dump', writtenAt: text(2 * HOUR), bytes: 1024 },
      { key: 'server/dumps/yesterday.dump', writtenAt: text(26 * HOUR), bytes: 1024 },
    ],
    proof: {
      provenAt: text(20 * HOUR),
      restoredTo: text(21 * HOUR),
      verdict: 'passed',
      report: 'restore-tests/of-the-server.json',
    },
    volumeProof: {
      provenAt: text(17 * HOUR),
      restoredTo: text(24 * HOUR),
      verdict: 'passed',
      report: 'restore-tests/of-the-volume.json',
    },
  };
}

/** Small, in service for long, everything in order. */
export function serverAccount(
  name = 'test',
  now = NOW,
): { readonly primary: FakeRegion; readonly recovery: FakeRegion } {
  const ago = before(now);
  const primary = new FakeRegion();
  primary.stacks = {
    [`${name}-Data`]: [
      bucket('FilestoreBucket31C3BA78', `${name}-filestore`),
      bucket('BackupBucket26B8E51C', `${name}-backups`),
      bucket('AuditBucketB01E0AE8', `${name}-audit`),
    ],
    [`${name}-Backup`]: [resource('AWS::Backup::BackupVault', 'RecoveryPointsVaultEF2E6CEF', 'odoo-1a2b')],
  };
  primary.vaults = { 'odoo-1a2b': daily('EBS', 'eu-central-1', 7, now) };
  primary.kept = { [`${name}-filestore`]: 42 };
  const recovery = new FakeRegion();
  recovery.stacks = {
    [`${name}-Recovery`]: [
      resource('AWS::Backup::BackupVault', 'VaultCAFE', 'odoo-copies'),
      bucket('FilestoreReplicaCAFE', `${name}-filestore-replica`),
      bucket('BackupReplicaCAFE', `${name}-backups-replica`),
      bucket('AuditReplicaCAFE', `${name}-audit-replica`),
    ],
  };
  recovery.vaults = { 'odoo-copies': daily('EBS', 'eu-west-1', 7, now) };
  recovery.put(
    `${name}-audit-replica`,
    'watermarks/copies.json',
    watermark(ago(2 * MINUTE), ago(12 * MINUTE), ago(9 * MINUTE)),
  );
  for (const minutes of [17, 12, 7, 2]) {
    const list = serverList(ago(minutes * MINUTE));
    primary.put(`${name}-backups`, 'server/recovery-points.json', list, ago(minutes * MINUTE));
    recovery.put(`${name}-backups-replica`, 'server/recovery-points.json', list, ago(minutes * MINUTE));
  }
  return { primary, recovery };
}
