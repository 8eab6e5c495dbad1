import {
  type aws_ecs as ecs,
  aws_events as events,
  aws_events_targets as targets,
  aws_kms as kms,
  CfnOutput,
  Duration,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DRILLS } from '../../constructs/audit/audit-prefixes.ts';
import { DATABASE_NAME } from '../../constructs/database/odoo-database.ts';
import { PORT, POSTGRESQL } from '../../constructs/database/rds-postgres.ts';
import { DrillFunctions } from '../../constructs/drill/drill-functions.ts';
import { DrillMachine } from '../../constructs/drill/drill-machine.ts';
import { DrillSchedule } from '../../constructs/drill/drill-schedule.ts';
import { DrillSite } from '../../constructs/drill/drill-site.ts';
import { DrillTask } from '../../constructs/drill/drill-task.ts';
import { FILESTORE_DIRECTORY } from '../../constructs/filestore/filestore-bucket.ts';
import { DrillAlarms } from '../../constructs/monitoring/drill-alarms.ts';
import { trustedCertificates } from '../../constructs/odoo-node/trusted-certificates.ts';
import { OdooCluster } from '../../constructs/odoo-service/odoo-cluster.ts';
import { OdooContainerImage } from '../../constructs/odoo-service/odoo-container-image.ts';
import { CopiedSecrets } from '../../constructs/secrets/copied-secrets.ts';
import { SECRET_PURPOSES } from '../../constructs/secrets/odoo-secrets.ts';
import { SecretCopies } from '../../constructs/secrets/secret-copies.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';

export interface DrillStackProps extends OdooStackProps {
  /** That of the recovery Region. */
  readonly networkStack: NetworkStack;
  readonly copies: RecoveryStack;
}

/** Copies that are older are a finding, whatever the objective. */
const OLDEST_HOURS = 24;

/** Attachments that are read to the end in each drill; of all others presence and size are looked at. */
const FILES_READ = 10_000;

/**
 * The recovery drill, in the Region where it would be needed. Nothing in it refers to the primary Region, and nothing of it costs
 * anything between drills but its alarms.
 */
export class DrillStack extends OdooStack {
  private readonly props: DrillStackProps;

  constructor(scope: Construct, props: DrillStackProps) {
    super(scope, 'Drill', props, { description: 'recovery drill', stateful: false });
    this.props = props;
    const { environment, plan, networkStack, copies } = props;
    const { network } = networkStack;
    const cluster = new OdooCluster(this, 'Cluster', { vpc: network.vpc, ...this.logs });
    const site = new DrillSite(this, 'Site', {
      network,
      plan: plan.database,
      taskSubnets: environment.network.kind === 'existing' ? 'App' : 'Public',
    });
    const task = this.task(cluster);
    const functions = this.functions(cluster.cluster, site, task);
    const { machine } = new DrillMachine(this, 'Drill', {
      environmentName: environment.name,
      functions,
      cluster: cluster.cluster,
      task: task.definition,
      encryptionKey: copies.key,
      database: site.database,
      networkConfiguration: site.taskNetwork,
      ...this.logs,
    });
    this.lookEachHour(functions);
    this.runByItself(machine);
    new CfnOutput(this, 'DrillStateMachine', {
      value: machine.stateMachineArn,
      description: 'Runs a drill; see npm run drill',
    });
    new CfnOutput(this, 'DrillReports', { value: copies.auditBucket.s3UrlForObject(DRILLS) });
  }

  private get logs() {
    const { copies, environment } = this.props;
    return { logKey: copies.logKey, logRetentionDays: environment.retention.logDays };
  }

  private task({ logGroup }: OdooCluster): DrillTask {
    const { environment, plan, copies } = this.props;
    const { odoo, architecture, region } = environment;
    const secrets = new SecretCopies(this, 'SecretCopies', {
      environmentName: environment.name,
      purposes: SECRET_PURPOSES,
      ...this.logs,
    });
    const { odooDatabasePassword, odooMasterPassword } = new CopiedSecrets(this, 'Secrets', {
      // By its ARN: nothing here can change its policy, which is the other stack's.
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', copies.key.keyArn),
      arnOf: (purpose) => secrets.arnOf(purpose),
    });
    return new DrillTask(this, 'DrillTask', {
      environmentName: environment.name,
      image: new OdooContainerImage(this, 'Image', { release: odoo, architecture }),
      architecture,
      version: odoo.version,
      sessionGuard: odoo.sessionGuard,
      region,
      databasePort: `${PORT}`,
      databasePassword: odooDatabasePassword,
      masterPassword: odooMasterPassword,
      limits: plan.app.odoo,
      // As a node of the service, so that what is measured is what users would get.
      vcpu: plan.app.vcpu,
      memoryMiB: plan.app.memoryMiB,
      workflows: environment.recovery.drill.workflows,
      logGroup,
    });
  }

  private functions(cluster: ecs.ICluster, site: DrillSite, { checker }: DrillTask): DrillFunctions {
    const { environment, networkStack, copies } = this.props;
    return new DrillFunctions(this, 'Functions', {
      environmentName: environment.name,
      objectives: environment.objectives,
      auditBucket: copies.auditBucket,
      filestoreBucket: copies.filestoreBucket,
      filestorePrefix: `${FILESTORE_DIRECTORY}/${DATABASE_NAME}/`,
      encryptionKey: copies.key,
      cluster,
      checker,
      network: networkStack.network,
      validationSecurityGroup: site.validationSecurityGroup,
      certificates: trustedCertificates(environment.region),
      postgresql: POSTGRESQL,
      odoo: environment.odoo.version,
      oldestHours: OLDEST_HOURS,
      readAtMost: FILES_READ,
      ...this.logs,
    });
  }

  private lookEachHour({ publishAge, sweep }: DrillFunctions): void {
    new events.Rule(this, 'Hourly', {
      description:
        'Publishes how long ago a recovery drill passed last, and looks whether one has left something',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(publishAge), new targets.LambdaFunction(sweep)],
    });
  }

  private runByItself(machine: DrillMachine['machine']): void {
    const { environment, copies } = this.props;
    const scheduled = environment.recovery.drill.schedule === 'monthly';
    if (scheduled) new DrillSchedule(this, 'Schedule', { machine });
    new DrillAlarms(this, 'Alarms', {
      topic: copies.alarmTopic,
      objectives: environment.objectives,
      scheduled,
    });
  }
}
