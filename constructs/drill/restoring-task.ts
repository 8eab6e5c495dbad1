import { type aws_s3 as s3, Aws, aws_ecs as ecs, aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import type { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { imageReference, UBUNTU_IMAGE } from '../../config/images.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { SERVER_BACKUPS } from '../backup/backup-prefixes.ts';
import { BundleAsset } from '../odoo-server/bundle-asset.ts';
import type { ScratchDirectory } from '../odoo-service/task-layout.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import type { DrillSpeaker } from './drill-functions-props.ts';
import { DrillTask, type DrillTaskProps, mountOf, speaker } from './drill-task.ts';
import { PASSPHRASE, restoreEnvironment } from './restore-environment.ts';
import { restoreFile, restorePrograms } from './restore-programs.ts';
import { RESTORED_MOMENT } from './task-source.ts';

/** Where the containers of the task reach PostgreSQL. No other database is there, whatever a configuration says. */
const SOCKET: ScratchDirectory = {
  name: 'database',
  path: '/run/drill-database',
  directories: [{ path: '/run/drill-database', owner: '0:0', mode: '0755' }],
};

/** Without comments: a task definition has 64 KiB for everything. */
const SCRIPT = restoreFile('restore.sh').replaceAll(/^#.*\n/gm, '');

const READY = `${SOCKET.path}/ready`;

/** Where what is restored is. Only the container that restores sees it. */
const RESTORED: ScratchDirectory = {
  name: 'restored',
  path: '/srv/restored',
  directories: [{ path: '/srv/restored', owner: '0:0', mode: '0755' }],
};

export interface RestoringTaskProps extends Omit<DrillTaskProps, 'database' | 'scratch'> {
  readonly environmentName: string;
  readonly plan: Plan;
  /** Copy of the bucket that the single server keeps its backups in. */
  readonly backupBucket: s3.IBucket;
  /** Copy of the bucket of the attachments. */
  readonly filestoreBucket: s3.IBucket;
  /** What the keys of attachments begin with. */
  readonly filestorePrefix: string;
  /** Key of all copies. */
  readonly encryptionKey: kms.IKey;
  /** Copy of the passphrase of the backups. */
  readonly backupPassphrase: secretsmanager.ISecret;
  /** Hours of work that a loss may cost at most, as promised. */
  readonly rpoHours: number;
}

/**
 * The task of a drill that restores the copy of the single server's backups by itself: into a PostgreSQL that only its own containers
 * reach, by a socket, and that is gone with it.
 *
 * Security: the task role may read the copies, by the names that the server gave them, and nothing else. It is that of the whole
 * task: Odoo could read there what is in its database anyway.
 */
export class RestoringTask extends DrillTask {
  readonly restorer: DrillSpeaker;

  constructor(scope: Construct, id: string, props: RestoringTaskProps) {
    super(scope, id, {
      ...props,
      database: {
        host: SOCKET.path,
        port: '5432',
        local: true,
        hostPrefix: SOCKET.path,
        directories: [SOCKET],
        ready: READY,
      },
      scratch: [RESTORED],
    });
    const programs = new BundleAsset(this, 'Programs', { files: restorePrograms(props.plan) });
    this.restorer = speaker(this.addRestore(props, programs));
    programs.grantRead(this.definition.taskRole);
    this.allowRead(props);
  }

  private addRestore(props: RestoringTaskProps, programs: BundleAsset): ecs.ContainerDefinition {
    return this.addContainer(RESTORED_MOMENT.container, {
      image: ecs.ContainerImage.fromRegistry(imageReference(UBUNTU_IMAGE)),
      entryPoint: ['env', ...this.variables(props), 'bash', '-c', SCRIPT, 'restore'],
      command: [programs.s3Url, programs.sha256, `--socket-directory=${SOCKET.path}`, `--ready=${READY}`],
      // It installs packages, and becomes the user that PostgreSQL needs.
      user: '0:0',
      writable: true,
      secrets: { [PASSPHRASE]: ecs.Secret.fromSecretsManager(props.backupPassphrase) },
      mounts: [mountOf(SOCKET, { readOnly: false }), mountOf(RESTORED, { readOnly: false })],
    });
  }

  /** By `env`, as for Odoo: the task definition has none, so that nobody looks for secrets among them. */
  private variables(props: RestoringTaskProps): readonly string[] {
    const { backupBucket, filestoreBucket, region } = props;
    const variables = restoreEnvironment({
      environmentName: props.environmentName,
      data: RESTORED.path,
      socketDirectory: SOCKET.path,
      backupBucket: backupBucket.bucketName,
      filestoreBucket: filestoreBucket.bucketName,
      region,
      endpoint: `s3.${region}.${Aws.URL_SUFFIX}`,
      odooVersion: props.version,
      rpoHours: props.rpoHours,
      vcpu: props.vcpu,
    });
    return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  }

  private allowRead(props: RestoringTaskProps): void {
    const { backupBucket, filestoreBucket, filestorePrefix, encryptionKey } = props;
    const role = this.definition.taskRole;
    for (const [bucket, prefix, what] of [
      [backupBucket, SERVER_BACKUPS, 'backups of the single server'],
      [filestoreBucket, filestorePrefix, 'attachments'],
    ] as const) {
      const objects = bucket.arnForObjects(`${prefix}*`);
      role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] }));
      role.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [bucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
        }),
      );
      acknowledgeWildcard(
        role,
        objects,
        `A drill reads the ${what}, whatever their names, and can change none.`,
      );
    }
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] }),
    );
  }
}
