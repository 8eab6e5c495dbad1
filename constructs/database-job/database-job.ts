import { aws_ecs as ecs, type aws_s3 as s3, type aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Domain, ModuleRollout, OdooVersion, SignIn } from '../../config/environment.ts';
import { OdooTask } from '../odoo-service/odoo-task.ts';
import type { OdooNode } from '../odoo-service/odoo-task-props.ts';
import { ODOO_MOUNTS, ODOO_OWNER, ODOO_PATHS, type ScratchDirectory } from '../odoo-service/task-layout.ts';
import { DATABASE_JOB_SETTINGS, databaseJobSettings, packedProgram } from './database-job-files.ts';
import { allowHandingOver } from './hand-over-permissions.ts';
import { allowReceiving } from './receive-permissions.ts';

/** Where the job's files are in its container. */
const JOB_SCRATCH: ScratchDirectory = {
  name: 'job',
  path: '/opt/database-job',
  directories: [{ path: '/opt/database-job', owner: '0:0', mode: '0755' }],
};

/** Python runs an archive by its `__main__.py`. */
const PROGRAM = inJob('database_job.pyz');
const SETTINGS = inJob(DATABASE_JOB_SETTINGS);

export interface DatabaseJobProps {
  readonly node: OdooNode;
  /** Major version of the node's image. A database of another one is refused. */
  readonly version: OdooVersion;
  /** First password of Odoo's user `admin`. */
  readonly adminPassword: secretsmanager.ISecret;
  /** Where a database comes from that is received, for example of the single server that the environment has outgrown. */
  readonly backupBucket: s3.IBucket;
  /**
   * Whether it writes a dump there as well, with which the environment goes home.
   *
   * @default false
   */
  readonly handsOver?: boolean;
  /**
   * Name in the links of Odoo's e-mails.
   *
   * @default - Odoo's own guess
   */
  readonly domain?: Domain;
  readonly signIn: SignIn;
  /** Which modules are installed. */
  readonly rollout: ModuleRollout;
  /** Storage of the database's instance: before a release the job looks whether a copy of the database fits. */
  readonly storageGiB: number;
}

/**
 * Makes sure that Odoo's database is there, complete and safe to serve, before anything serves it, and that Odoo's own
 * settings follow the environment file. The only one that creates or initializes a database or installs modules in it;
 * no node of the fleet ever does. It is idempotent: a run that finds everything in order takes less than a minute and
 * changes nothing.
 *
 * What it defines: a task definition. `ReleaseMachine` runs it.
 *
 * Security notes: this task alone has the database administrator's credentials. They come from Secrets Manager into the
 * environment of its one container and are in no argument, template or log.
 */
export class DatabaseJob extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  /** The container whose exit code is the verdict: 0 in order, 1 failed, 3 it wants a snapshot first. */
  readonly container: ecs.ContainerDefinition;
  /** What the names of the container's log streams begin with; the id of the task follows. */
  readonly logStreams: string;

  constructor(scope: Construct, id: string, props: DatabaseJobProps) {
    super(scope, id);
    const task = this.defineTask(props);
    allowReceiving(task.definition.taskRole, props.backupBucket);
    if (props.handsOver) allowHandingOver(task.definition.taskRole, props.backupBucket);
    this.definition = task.definition;
    this.container = this.addJob(task, props);
    const prefix = this.container.logDriverConfig?.options?.['awslogs-stream-prefix'];
    this.logStreams = `${prefix}/${this.container.containerName}/`;
  }

  private defineTask({ node, domain, signIn, rollout }: DatabaseJobProps): OdooTask {
    const fromFilter = node.mail?.settings.fromFilter;
    const { text } = databaseJobSettings({ domain, fromFilter, signIn, rollout });
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
      files: [
        { path: PROGRAM, owner: ODOO_OWNER, mode: '0400', bytes: packedProgram() },
        { path: SETTINGS, owner: ODOO_OWNER, mode: '0400', text },
      ],
    });
  }

  private addJob(
    task: OdooTask,
    { node, version, adminPassword, storageGiB, backupBucket }: DatabaseJobProps,
  ): ecs.ContainerDefinition {
    const { database, databasePassword } = node;
    return task.addContainer('Job', {
      entryPoint: ['python3', '-u', PROGRAM],
      command: [
        `--host=${database.host}`,
        `--port=${database.port}`,
        `--ca-bundle=${ODOO_PATHS.data}/.postgresql/root.crt`,
        `--odoo-config=${ODOO_PATHS.configuration}`,
        `--odoo-version=${version}`,
        `--release=${node.image.release}`,
        `--settings=${SETTINGS}`,
        `--filestore=${ODOO_PATHS.filestore}`,
        `--storage-gib=${storageGiB}`,
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
}

function inJob(file: string): string {
  return `${JOB_SCRATCH.path}/${file}`;
}
