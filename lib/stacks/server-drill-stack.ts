import { drillDiskGiB, drilledServer } from '../../config/sizing/drilled.ts';
import { CopiedBackups } from '../../constructs/drill/copied-backups.ts';
import { DrillSite, PACKAGES } from '../../constructs/drill/drill-site.ts';
import { RestoringTask } from '../../constructs/drill/restoring-task.ts';
import { TaskSource } from '../../constructs/drill/task-source.ts';
import type { OdooCluster } from '../../constructs/odoo-service/odoo-cluster.ts';
import { type DrillOrigin, DrillStack, FILESTORE_PREFIX } from './drill-stack.ts';

/** The drill of small: the task restores the copy of the server's backups by itself. */
export class ServerDrillStack extends DrillStack {
  protected origin(cluster: OdooCluster): DrillOrigin {
    const { environment, plan, copies } = this.props;
    const { vcpu, memoryMiB } = drilledServer(plan);
    const secrets = this.copiedSecrets();
    return {
      site: new DrillSite(this, 'Site', { ...this.siteProps, reaches: [PACKAGES] }),
      copies: new CopiedBackups(copies.backupBucket),
      task: new RestoringTask(this, 'DrillTask', {
        ...this.commonTask(secrets, cluster),
        environmentName: environment.name,
        plan,
        backupBucket: copies.backupBucket,
        filestoreBucket: copies.filestoreBucket,
        filestorePrefix: FILESTORE_PREFIX,
        encryptionKey: copies.key,
        backupPassphrase: secrets.backupPassphrase,
        rpoHours: environment.objectives.rpoHours,
        // As the server, so that what is measured is what users would get.
        vcpu,
        memoryMiB,
        ephemeralStorageGiB: drillDiskGiB(plan),
      }),
      source: () => new TaskSource(),
    };
  }
}
