import {
  aws_events as events,
  aws_events_targets as targets,
  aws_kms as kms,
  CfnOutput,
  Duration,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DRILLS } from '../../constructs/audit/audit-prefixes.ts';
import { DATABASE_NAME } from '../../constructs/database/odoo-database.ts';
import type { DrillCopies } from '../../constructs/drill/drill-copies.ts';
import { DrillFunctions } from '../../constructs/drill/drill-functions.ts';
import type { DrillSpeaker } from '../../constructs/drill/drill-functions-props.ts';
import { DrillMachine } from '../../constructs/drill/drill-machine.ts';
import { DrillSchedule } from '../../constructs/drill/drill-schedule.ts';
import type { DrillSite, DrillSiteProps } from '../../constructs/drill/drill-site.ts';
import type { DrillSource } from '../../constructs/drill/drill-source.ts';
import type { DrillTask, DrillTaskProps } from '../../constructs/drill/drill-task.ts';
import { FILESTORE_DIRECTORY } from '../../constructs/filestore/filestore-bucket.ts';
import { DrillAlarms } from '../../constructs/monitoring/drill-alarms.ts';
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

/** Where the database of a drill comes from: what the tiers differ in. */
export interface DrillOrigin {
  readonly site: DrillSite;
  readonly copies: DrillCopies;
  readonly task: DrillTask & { readonly restorer?: DrillSpeaker };
  readonly source: (functions: DrillFunctions) => DrillSource;
}

/** What all tasks of drills have in common. */
export type CommonTask = Omit<DrillTaskProps, 'database' | 'vcpu' | 'memoryMiB'>;

/** What the keys of attachments begin with. */
export const FILESTORE_PREFIX = `${FILESTORE_DIRECTORY}/${DATABASE_NAME}/`;

/**
 * The recovery drill, in the Region where it would be needed. Nothing in it refers to the primary Region, and nothing of it costs
 * anything between drills but its alarms.
 */
export abstract class DrillStack extends OdooStack {
  protected readonly props: DrillStackProps;

  constructor(scope: Construct, props: DrillStackProps) {
    super(scope, 'Drill', props, { description: 'recovery drill', stateful: false });
    this.props = props;
    const { networkStack, copies } = props;
    const cluster = new OdooCluster(this, 'Cluster', { vpc: networkStack.network.vpc, ...this.logs });
    const origin = this.origin(cluster);
    const functions = this.functions(cluster, origin);
    const { machine } = new DrillMachine(this, 'Drill', {
      functions,
      cluster: cluster.cluster,
      task: origin.task.definition,
      source: origin.source(functions),
      networkConfiguration: origin.site.taskNetwork,
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

  /** Called once, while the stack is being made. */
  protected abstract origin(cluster: OdooCluster): DrillOrigin;

  protected get siteProps(): DrillSiteProps {
    const { environment, networkStack } = this.props;
    return {
      network: networkStack.network,
      taskSubnets: environment.network.kind === 'existing' ? 'App' : 'Public',
    };
  }

  /** By its ARN: nothing here can change its policy, which is the other stack's. */
  protected copiedSecrets(): CopiedSecrets {
    const { environment, copies } = this.props;
    const secrets = new SecretCopies(this, 'SecretCopies', {
      environmentName: environment.name,
      purposes: SECRET_PURPOSES,
      ...this.logs,
    });
    return new CopiedSecrets(this, 'Secrets', {
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', copies.key.keyArn),
      arnOf: (purpose) => secrets.arnOf(purpose),
    });
  }

  protected commonTask(
    { odooDatabasePassword, odooMasterPassword }: CopiedSecrets,
    { logGroup }: OdooCluster,
  ): CommonTask {
    const { environment, plan } = this.props;
    const { odoo, architecture, region } = environment;
    return {
      image: new OdooContainerImage(this, 'Image', { release: odoo, architecture }),
      architecture,
      version: odoo.version,
      sessionGuard: odoo.sessionGuard,
      region,
      databasePassword: odooDatabasePassword,
      masterPassword: odooMasterPassword,
      limits: plan.app.odoo,
      workflows: environment.recovery.drill.workflows,
      logGroup,
    };
  }

  private get logs() {
    const { copies, environment } = this.props;
    return { logKey: copies.logKey, logRetentionDays: environment.retention.logDays };
  }

  private functions(
    { cluster, logGroup }: OdooCluster,
    { copies: databaseCopies, task }: DrillOrigin,
  ): DrillFunctions {
    const { environment, copies } = this.props;
    return new DrillFunctions(this, 'Functions', {
      environmentName: environment.name,
      objectives: environment.objectives,
      auditBucket: copies.auditBucket,
      copies: databaseCopies,
      cluster,
      logGroup,
      checker: task.checker,
      restorer: task.restorer,
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
