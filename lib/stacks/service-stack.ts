import type { Construct, IDependable } from 'constructs';
import { DatabaseJob } from '../../constructs/database-job/database-job.ts';
import { OdooCluster } from '../../constructs/odoo-service/odoo-cluster.ts';
import { OdooContainerImage } from '../../constructs/odoo-service/odoo-container-image.ts';
import { OdooLogQueries } from '../../constructs/odoo-service/log-queries.ts';
import { OdooService } from '../../constructs/odoo-service/odoo-service.ts';
import type { OdooNode } from '../../constructs/odoo-service/odoo-task-props.ts';
import type { EdgeStack } from './edge-stack.ts';
import { showFirstLogin } from './first-login.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

export interface ServiceStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: ServiceDataStack;
  readonly edgeStack: EdgeStack;
}

/** Odoo itself in medium and large: the job that prepares the database, then the services. */
export class ServiceStack extends OdooStack {
  readonly service: OdooService;

  constructor(scope: Construct, props: ServiceStackProps) {
    super(scope, 'Service', props, { description: 'Odoo on ECS', stateful: false });
    const { plan, networkStack, edgeStack } = props;
    const { network } = networkStack;
    const cluster = new OdooCluster(this, 'Cluster', {
      vpc: network.vpc,
      logKey: networkStack.logKey,
      logRetentionDays: props.environment.retention.logDays,
    });
    new OdooLogQueries(this, 'LogQueries', {
      environment: props.environment.name,
      logGroup: cluster.logGroup,
    });
    const node = this.odooNode(cluster, props);
    this.service = new OdooService(this, 'Odoo', {
      cluster,
      node,
      plan,
      network,
      targetGroup: edgeStack.entry.targetGroup,
      after: [this.databaseJob(cluster, node, props)],
    });
    showFirstLogin(this, edgeStack.url, props.dataStack.secrets.odooAdminPassword);
  }

  private databaseJob(cluster: OdooCluster, node: OdooNode, props: ServiceStackProps): IDependable {
    const { environment, networkStack, dataStack } = props;
    const job = new DatabaseJob(this, 'DatabaseJob', {
      cluster,
      node,
      network: networkStack.network,
      version: environment.odoo.version,
      adminPassword: dataStack.secrets.odooAdminPassword,
      backupBucket: dataStack.backupBucket,
      domain: environment.domain,
      signIn: environment.signIn,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    return job.done;
  }

  private odooNode(cluster: OdooCluster, { environment, plan, dataStack }: ServiceStackProps): OdooNode {
    return {
      image: new OdooContainerImage(this, 'Image', {
        release: environment.odoo,
        architecture: environment.architecture,
      }),
      architecture: environment.architecture,
      version: environment.odoo.version,
      sessionGuard: environment.odoo.sessionGuard,
      region: environment.region,
      database: dataStack.database,
      databasePassword: dataStack.secrets.odooDatabasePassword,
      masterPassword: dataStack.secrets.odooMasterPassword,
      filestore: dataStack.filestore,
      sessions: dataStack.sessions,
      limits: plan.app.odoo,
      mail: dataStack.mail,
      logGroup: cluster.logGroup,
    };
  }
}
