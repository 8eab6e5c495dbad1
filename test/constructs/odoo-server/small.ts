import {
  type App,
  aws_ec2 as ec2,
  aws_kms as kms,
  aws_s3 as s3,
  type aws_secretsmanager as secretsmanager,
  Stack,
} from 'aws-cdk-lib';
import type { Plan, ServerPlan } from '../../../config/sizing/plan.ts';
import type { OdooServerProps } from '../../../constructs/odoo-server/odoo-server-props.ts';
import { OdooServer } from '../../../constructs/odoo-server/odoo-server.ts';
import { DataSecret } from '../../../constructs/shared/data-secret.ts';
import { testApp, testStack } from '../../support/stack.ts';

export const smallServer: ServerPlan = {
  instanceType: 't4g.large',
  vcpu: 2,
  memoryMiB: 8192,
  rootVolumeGiB: 20,
  dataVolume: { sizeGiB: 40, iops: 3000, throughputMiBps: 125 },
  recoveryMinutes: { replaced: 9, restored: 20 },
};

/** A small plan in round numbers. */
export const smallPlan: Plan = {
  environment: 'test',
  tier: 'small',
  users: 10,
  sizing: 'reference',
  availability: 'single-az',
  architecture: 'arm64',
  concurrentUsers: 6,
  testedConcurrentUsers: 9,
  app: {
    nodesMin: 1,
    nodesMax: 1,
    vcpu: 2,
    memoryMiB: 2048,
    workers: 3,
    cronWorkers: 1,
    odoo: {
      limitMemorySoftBytes: 2_147_483_648,
      limitMemoryHardBytes: 2_684_354_560,
      limitTimeCpuSeconds: 600,
      limitTimeRealSeconds: 720,
      limitTimeRealCronSeconds: 1200,
      limitRequest: 8192,
      dbMaxconn: 16,
      dbMaxconnGevent: 32,
    },
    targetCpuPercent: 60,
  },
  cron: { vcpu: 1, memoryMiB: 1024, workers: 1 },
  server: smallServer,
  database: {
    kind: 'host',
    class: 't4g.large',
    vcpu: 2,
    memoryMiB: 2048,
    storageGiB: 40,
    storageMaxGiB: 40,
    multiAz: false,
    parameters: {
      shared_buffers: '512MB',
      effective_cache_size: '1536MB',
      work_mem: '16MB',
      random_page_cost: '1.1',
    },
    maxConnections: 200,
    connectionsNeeded: 90,
  },
  network: { availabilityZones: 2, natGateways: 0 },
  costPerMonthUsd: { total: 60, items: [], pricedRegion: 'eu-central-1', asOf: '2026-11-01', excluded: [] },
  alternative: { sizing: 'measured', totalPerMonthUsd: 50 },
  rtoHours: 4,
  rpoHours: 1,
  losses: [],
  recoveryTimes: [],
  reasons: [],
  preflight: [],
};

/** Reference of an image, with the digest of no image in particular. */
export const imageUri = `docker.io/library/odoo@sha256:${'a'.repeat(64)}`;

/** A server in a stack of its own beside a stack with the state it uses, as an environment has them. */
export function serverIn(
  app: App = testApp(),
  props: Partial<OdooServerProps> = {},
  region = 'eu-central-1',
) {
  const data = testStack(app, 'test-Data', region);
  const dataKey = new kms.Key(data, 'DataKey', { enableKeyRotation: true });
  const bucket = (id: string): s3.IBucket => new s3.Bucket(data, id, { encryptionKey: dataKey });
  const secret = (id: string): secretsmanager.ISecret =>
    new DataSecret(data, id, { description: id, encryptionKey: dataKey });
  const network = testStack(app, 'test-Network', region);
  const vpc = new ec2.Vpc(network, 'Vpc', {
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false }],
  });
  const stack = testStack(app, 'test-Server', region);
  const [subnet] = vpc.publicSubnets;
  if (!subnet) throw new Error('the test network has no public subnet');
  const server = new OdooServer(stack, 'Server', {
    vpc,
    subnet,
    allowedCidrs: ['0.0.0.0/0'],
    plan: smallPlan,
    odooVersion: '19.0',
    sessionGuard: false,
    imageUri,
    domain: { name: 'erp.example.com', hostedZone: { id: 'Z0123456789ABC', name: 'example.com' } },
    signIn: { twoFactor: 'off', providers: [] },
    rollout: { modules: [], phases: [] },
    dataKey,
    logKey: new kms.Key(network, 'LogKey', { enableKeyRotation: true }),
    logRetentionDays: 90,
    pointInTimeDays: 14,
    windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
    businessHours: 'mon-fri 07:00-17:00',
    secrets: {
      odooDatabasePassword: secret('DatabasePassword'),
      odooAdminPassword: secret('AdminPassword'),
      odooMasterPassword: secret('MasterPassword'),
      backupPassphrase: secret('BackupPassphrase'),
    },
    filestoreBucket: bucket('Filestore'),
    backupBucket: bucket('Backups'),
    auditBucket: bucket('Audit'),
    ...props,
  });
  return { app, data, stack: Stack.of(server), server };
}
