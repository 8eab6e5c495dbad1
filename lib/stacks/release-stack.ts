import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DatabaseJob } from '../../constructs/database-job/database-job.ts';
import { ReleaseMachine } from '../../constructs/database-job/release/release-machine.ts';
import { OdooLogQueries } from '../../constructs/odoo-service/log-queries.ts';
import { OdooCluster } from '../../constructs/odoo-service/odoo-cluster.ts';
import { OdooContainerImage } from '../../constructs/odoo-service/odoo-container-image.ts';
import type { OdooNode } from '../../constructs/odoo-service/odoo-task-props.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

export interface ReleaseStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: ServiceDataStack;
}

/**
 * A release of Odoo in medium and large: where its tasks run, what they run, and the state machine that brings the
 * database to it.
 *
 * A stack of its own, so that a long upgrade can deploy the new release without rolling the services, change the database
 * for as long as it takes, and leave nothing to do for the deployment that follows.
 */
export class ReleaseStack extends OdooStack {
  readonly cluster: OdooCluster;
  /** What all tasks of the release have in common. */
  readonly odooNode: OdooNode;
  readonly job: DatabaseJob;
  readonly release: ReleaseMachine;

  constructor(scope: Construct, props: ReleaseStackProps) {
    super(scope, 'Release', props, {
      description: 'cluster, database job and the state machine that runs it',
      stateful: false,
    });
    const { environment, plan } = props;
    this.cluster = this.odooCluster(props);
    this.odooNode = this.nodeOf(props);
    this.job = new DatabaseJob(this, 'DatabaseJob', {
      node: this.odooNode,
      version: environment.odoo.version,
      adminPassword: props.dataStack.secrets.odooAdminPassword,
      backupBucket: props.dataStack.backupBucket,
      handsOver: props.recovered,
      domain: environment.domain,
      signIn: environment.signIn,
      rollout: environment.odoo,
      storageGiB: plan.database.storageGiB,
    });
    this.release = this.releaseMachine(props);
    this.showRelease();
  }

  private odooCluster({ environment, networkStack }: ReleaseStackProps): OdooCluster {
    const cluster = new OdooCluster(this, 'Cluster', {
      vpc: networkStack.network.vpc,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    new OdooLogQueries(this, 'LogQueries', {
      environment: environment.name,
      logGroup: cluster.logGroup,
    });
    return cluster;
  }

  private nodeOf({ environment, plan, dataStack }: ReleaseStackProps): OdooNode {
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
      logGroup: this.cluster.logGroup,
    };
  }

  private releaseMachine({ environment, networkStack, dataStack }: ReleaseStackProps): ReleaseMachine {
    return new ReleaseMachine(this, 'Release', {
      cluster: this.cluster,
      job: this.job,
      network: networkStack.network,
      instance: dataStack.database.instance,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }

  /** Outputs by which `npm run upgrade` finds the state machine and the log of its job. */
  private showRelease(): void {
    new CfnOutput(this, 'StateMachine', {
      value: this.release.machine.stateMachineArn,
      description: 'Runs the database job; see npm run upgrade',
    });
    new CfnOutput(this, 'JobLogGroup', { value: this.cluster.logGroup.logGroupName });
    new CfnOutput(this, 'JobLogStreams', {
      value: this.job.logStreams,
      description: 'What the names of the log streams of the job begin with',
    });
  }
}
