import { aws_kms as kms, aws_rds as rds, aws_s3 as s3 } from 'aws-cdk-lib';
import type { IdentityProvider, ModuleRollout } from '../../../config/environment.ts';
import { DatabaseJobRun } from '../../../constructs/database-job/database-job-run.ts';
import { DatabaseJob, type DatabaseJobProps } from '../../../constructs/database-job/database-job.ts';
import { ReleaseMachine } from '../../../constructs/database-job/release/release-machine.ts';
import { type Fixture, surroundings } from '../odoo-service/odoo-service.fixture.ts';

export const PROVIDER: IdentityProvider = {
  id: 'entra',
  label: 'Sign in with Example',
  clientId: 'client-1',
  authorizationEndpoint: 'https://login.example.com/authorize',
  userinfoEndpoint: 'https://login.example.com/userinfo',
  scope: 'openid profile email',
};

export const ROLLOUT: ModuleRollout = {
  modules: ['contacts'],
  phases: [
    { name: 'foundation', modules: ['account', 'purchase'] },
    { name: 'production', modules: ['mrp'] },
  ],
  phase: 'foundation',
};

export interface JobFixture extends Fixture {
  readonly job: DatabaseJob;
  readonly release: ReleaseMachine;
  readonly run: DatabaseJobRun;
}

/** The job, the state machine that runs it, and its run in a deployment, all in one stack. */
export function withJob(changes: Partial<DatabaseJobProps> = {}): JobFixture {
  const fixture = surroundings(40);
  const { before, stack, cluster, node, network } = fixture;
  const logs = {
    logKey: new kms.Key(before, 'JobLogKey', { enableKeyRotation: true }),
    logRetentionDays: 30,
  };
  const job = new DatabaseJob(stack, 'DatabaseJob', {
    node,
    version: '19.0',
    adminPassword: node.masterPassword,
    backupBucket: new s3.Bucket(before, 'BackupBucket'),
    domain: { name: 'erp.example.com' },
    signIn: { twoFactor: 'off', providers: [PROVIDER] },
    rollout: ROLLOUT,
    storageGiB: 500,
    ...changes,
  });
  const instance = rds.DatabaseInstance.fromDatabaseInstanceAttributes(before, 'Instance', {
    instanceIdentifier: 'odoo-1',
    instanceEndpointAddress: 'odoo-1.example.com',
    port: 5432,
    securityGroups: [],
  });
  const release = new ReleaseMachine(stack, 'Release', { cluster, job, network, instance, ...logs });
  const run = new DatabaseJobRun(stack, 'JobRun', { cluster, job, release, ...logs });
  return { ...fixture, job, release, run };
}
