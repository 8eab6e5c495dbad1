import { PORT, POSTGRESQL } from '../../constructs/database/postgres-engine.ts';
import { AutomatedBackups } from '../../constructs/drill/automated-backups.ts';
import { DatabaseSite } from '../../constructs/drill/database-site.ts';
import type { DrillFunctions } from '../../constructs/drill/drill-functions.ts';
import { instancePrefix } from '../../constructs/drill/drill-names.ts';
import { DrillTask } from '../../constructs/drill/drill-task.ts';
import { RdsSource } from '../../constructs/drill/rds-source.ts';
import { trustedCertificates } from '../../constructs/odoo-node/trusted-certificates.ts';
import type { OdooCluster } from '../../constructs/odoo-service/odoo-cluster.ts';
import { type DrillOrigin, DrillStack, FILESTORE_PREFIX } from './drill-stack.ts';

/** Copies that are older are a finding, whatever the objective. */
const OLDEST_HOURS = 24;

/** Attachments that are read to the end in each drill; of all others presence and size are looked at. */
const FILES_READ = 10_000;

/** The drill of medium and large, whose database RDS restores. */
export class ServiceDrillStack extends DrillStack {
  protected origin(cluster: OdooCluster): DrillOrigin {
    const { environment, plan, copies } = this.props;
    const common = { environmentName: environment.name, encryptionKey: copies.key };
    const site = new DatabaseSite(this, 'Site', { ...this.siteProps, plan: plan.database });
    return {
      site,
      copies: new AutomatedBackups(common),
      task: new DrillTask(this, 'DrillTask', {
        ...this.commonTask(this.copiedSecrets(), cluster),
        database: { port: `${PORT}`, hostPrefix: instancePrefix(environment.name) },
        // As a node of the service, so that what is measured is what users would get.
        vcpu: plan.app.vcpu,
        memoryMiB: plan.app.memoryMiB,
      }),
      source: (functions) =>
        new RdsSource({ ...common, database: site.database, validation: this.validation(functions, site) }),
    };
  }

  private validation(functions: DrillFunctions, { validationSecurityGroup }: DatabaseSite) {
    const { environment, networkStack, copies } = this.props;
    return functions.addValidation({
      environmentName: environment.name,
      auditBucket: copies.auditBucket,
      filestoreBucket: copies.filestoreBucket,
      filestorePrefix: FILESTORE_PREFIX,
      network: networkStack.network,
      validationSecurityGroup,
      certificates: trustedCertificates(environment.region),
      postgresql: POSTGRESQL,
      odoo: environment.odoo.version,
      oldestHours: OLDEST_HOURS,
      readAtMost: FILES_READ,
    });
  }
}
