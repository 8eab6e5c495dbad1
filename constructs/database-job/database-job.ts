import {
  CustomResource,
  aws_ecs as ecs,
  type aws_kms as kms,
  type aws_s3 as s3,
  type aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { Domain, OdooVersion, SignIn } from '../../config/environment.ts';
import type { Network } from '../network/network.ts';
import type { OdooCluster } from '../odoo-service/odoo-cluster.ts';
import { OdooTask } from '../odoo-service/odoo-task.ts';
import type { OdooNode } from '../odoo-service/odoo-task-props.ts';
import { ODOO_MOUNTS, ODOO_OWNER, ODOO_PATHS, type ScratchDirectory } from '../odoo-service/task-layout.ts';
import {
  DATABASE_JOB_PROGRAM,
  DATABASE_JOB_SETTINGS,
  databaseJobFiles,
  withoutComments,
} from './database-job-files.ts';
import { JobRunner } from './job-runner.ts';
import { allowReceiving } from './receive-permissions.ts';

/**
 * How long a deployment waits. CloudFormation waits for an hour at most, whatever it is told; the rest is for stopping
 * the task and answering in time.
 */
const BUDGET_MINUTES = 50;

/** Where the job's files are in its container. */
const JOB_SCRATCH: ScratchDirectory = {
  name: 'job',
  path: '/opt/database-job',
  directories: [{ path: '/opt/database-job', owner: '0:0', mode: '0755' }],
};

export interface DatabaseJobProps {
  readonly cluster: OdooCluster;
  readonly node: OdooNode;
  readonly network: Network;
  /** Major version of the node's image. A database of another one is refused. */
  readonly version: OdooVersion;
  /** First password of Odoo's user `admin`. */
  readonly adminPassword: secretsmanager.ISecret;
  /** Where the single server of an environment that has outgrown it leaves its database. */
  readonly backupBucket: s3.IBucket;
  /**
   * Name in the links of Odoo's e-mails.
   *
   * @default - Odoo's own guess
   */
  readonly domain?: Domain;
  readonly signIn: SignIn;
  /** Key of the logs of the functions that run the job. */
  readonly logKey: kms.IKey;
  /** Days for which those logs are kept. */
  readonly logRetentionDays: number;
}

/**
 * Makes sure that Odoo's database is there, complete and safe to serve, before a deployment starts anything that serves
 * it, and that Odoo's own settings follow the environment file. The only one that creates or initializes a database or
 * installs modules in it; no node of the fleet ever does.
 *
 * What it defines: a task definition, a custom resource that runs it once and waits for it, and what that takes. The job
 * runs on the first deployment and on each one that changes the task (image, configuration, program). It is idempotent,
 * so a run that finds everything in order takes less than a minute and changes nothing. When it fails, the deployment
 * fails with its message, and what served before goes on serving.
 *
 * Security notes: this task alone has the database administrator's credentials. They come from Secrets Manager into the
 * environment of its one container and are in no argument, template or log.
 */
export class DatabaseJob extends Construct {
  /** Whatever serves the database depends on this. */
  readonly done: IDependable;

  private readonly task: OdooTask;
  private readonly container: ecs.ContainerDefinition;

  constructor(scope: Construct, id: string, props: DatabaseJobProps) {
    super(scope, id);
    this.task = this.defineTask(props);
    allowReceiving(this.task.definition.taskRole, props.backupBucket);
    this.container = this.addJob(props);
    this.done = this.defineRun(props);
  }

  private defineTask({ node, domain, signIn }: DatabaseJobProps): OdooTask {
    const fromFilter = node.mail?.settings.fromFilter;
    const files = databaseJobFiles({ domain, fromFilter, signIn }).map(withoutComments);
    return new OdooTask(this, 'DatabaseJob', {
      ...node,
      role: { kind: 'job' },
      // One core for half a minute, less than 200 MB (measured on Odoo 19.0, November 2026). Small, because a new account
      // may run only a few Fargate vCPUs, and the services want theirs.
      vcpu: 1,
      memoryMiB: 2048,
      // The most there is: the dump of a database that is received is on it. A cent an hour.
      ephemeralStorageGiB: 200,
      scratch: [JOB_SCRATCH],
      files: files.map(({ name, text }) => ({ path: inJob(name), owner: ODOO_OWNER, mode: '0400', text })),
    });
  }

  private addJob({ node, version, adminPassword, backupBucket }: DatabaseJobProps): ecs.ContainerDefinition {
    const { database, databasePassword } = node;
    return this.task.addContainer('Job', {
      entryPoint: ['python3', '-u', inJob(DATABASE_JOB_PROGRAM)],
      command: [
        `--host=${database.host}`,
        `--port=${database.port}`,
        `--ca-bundle=${ODOO_PATHS.data}/.postgresql/root.crt`,
        `--odoo-config=${ODOO_PATHS.configuration}`,
        `--odoo-version=${version}`,
        `--settings=${inJob(DATABASE_JOB_SETTINGS)}`,
        `--filestore=${ODOO_PATHS.filestore}`,
        `--backup-bucket=${backupBucket.bucketName}`,
        `--region=${node.region}`,
      ],
      mounts: [
        ...ODOO_MOUNTS,
        { sourceVolume: JOB_SCRATCH.name, containerPath: JOB_SCRATCH.path, readOnly: true },
      ],
      // The job itself is not Odoo, and hands none of these on to it.
      secrets: {
        MASTER_USER: ecs.Secret.fromSecretsManager(database.masterSecret, 'username'),
        MASTER_PASSWORD: ecs.Secret.fromSecretsManager(database.masterSecret, 'password'),
        DATABASE_PASSWORD: ecs.Secret.fromSecretsManager(databasePassword),
        ADMIN_PASSWORD: ecs.Secret.fromSecretsManager(adminPassword),
      },
    });
  }

  private defineRun(props: DatabaseJobProps): CustomResource {
    const { cluster, network, node } = props;
    const runner = new JobRunner(this, 'Runner', {
      cluster: cluster.cluster,
      task: this.task.definition,
      taskLogs: node.logGroup,
      logKey: props.logKey,
      logRetentionDays: props.logRetentionDays,
    });
    const run = new CustomResource(this, 'Run', {
      resourceType: 'Custom::DatabaseJob',
      serviceToken: runner.serviceToken,
      properties: {
        Cluster: cluster.cluster.clusterName,
        TaskDefinition: this.task.definition.taskDefinitionArn,
        Container: this.container.containerName,
        Subnets: network.vpc.selectSubnets(network.appSubnets).subnetIds,
        SecurityGroup: network.odooSecurityGroup.securityGroupId,
        LogGroup: node.logGroup.logGroupName,
        LogStreamPrefix: this.container.logDriverConfig?.options?.['awslogs-stream-prefix'],
        BudgetMinutes: BUDGET_MINUTES,
      },
    });
    // A task started before its role may read the secrets, or before the mount targets answer, fails or hangs.
    run.node.addDependency(this.task, cluster, node.filestore.readiness, node.sessions.readiness);
    return run;
  }
}

function inJob(file: string): string {
  return `${JOB_SCRATCH.path}/${file}`;
}
