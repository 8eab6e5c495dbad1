import type { Construct } from 'constructs';
import { RdsPostgres } from '../../constructs/database/rds-postgres.ts';
import { COLD_AFTER, EfsFilestore } from '../../constructs/filestore/efs-filestore.ts';
import { S3FilesFilestore } from '../../constructs/filestore/s3-files-filestore.ts';
import { WritableReplica } from '../../constructs/recovery/writable-replica.ts';
import { SessionDirectory } from '../../constructs/sessions/session-directory.ts';
import { allowAutoScalingToUse } from '../../constructs/odoo-server/server-permissions.ts';
import type { SharedDirectory } from '../../constructs/shared/shared-directory.ts';
import { DataStack, type DataStackProps } from './data-stack.ts';
import type { NetworkStack } from './network-stack.ts';

export interface ServiceDataStackProps extends DataStackProps {
  readonly networkStack: NetworkStack;
}

/** The data of medium and large: what every architecture keeps, and what several nodes share. */
export class ServiceDataStack extends DataStack {
  readonly database: RdsPostgres;
  readonly filestore: SharedDirectory;
  readonly sessions: SharedDirectory;

  constructor(scope: Construct, props: ServiceDataStackProps) {
    super(scope, props);
    const { environment, plan, networkStack, recoveryStack } = props;
    const replica = recoveryStack?.recoveryRegion;
    const { network, logKey } = networkStack;
    // The single server of an environment that has outgrown it stands on until the growth is finished. If it dies, it has
    // to be replaced.
    allowAutoScalingToUse(this.key);
    this.database = new RdsPostgres(this, 'Database', {
      network,
      plan: plan.database,
      windows: environment.windows,
      pointInTimeDays: environment.retention.pointInTimeDays,
      dataKey: this.key,
      logKey,
      logRetentionDays: environment.retention.logDays,
      deletionProtection: environment.production,
      backupReplica: replica,
      restoreFrom: this.restorePoint?.automatedBackup,
    });
    const mount = { network, encryptionKey: this.key };
    this.filestore =
      environment.storage.filestore === 's3-files'
        ? new S3FilesFilestore(this, 'Filestore', { ...mount, bucket: this.filestoreBucket })
        : new EfsFilestore(this, 'EfsFilestore', { ...mount, replica, existing: this.replicaOf(props) });
    this.sessions = new SessionDirectory(this, 'Sessions', mount);
  }

  /** The copy of the attachments, where the environment goes on with it. */
  private replicaOf({ environment, networkStack }: ServiceDataStackProps): WritableReplica | undefined {
    const { restorePoint, key } = this;
    if (restorePoint === undefined) return undefined;
    return new WritableReplica(this, 'FilestoreReplica', {
      encryptionKey: key,
      // Found by what refuses what is not fenced: a replication that was ended for nothing has to be made again by hand.
      moment: restorePoint.time,
      coldAfter: COLD_AFTER,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}
