import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { businessHoursOf } from '../../config/business-hours.ts';
import { budgetUsd, hasCanary } from '../../config/monitoring.ts';
import { OdooCanary } from '../../constructs/canary/odoo-canary.ts';
import { HealthReport, type HealthReportProps } from '../../constructs/health-report/health-report.ts';
import { AlarmTopic } from '../../constructs/monitoring/alarm-topic.ts';
import { AvailabilityAlarms } from '../../constructs/monitoring/availability-alarms.ts';
import { CanaryAlarms } from '../../constructs/monitoring/canary-alarms.ts';
import { BackupAgeAlarms } from '../../constructs/monitoring/backup-age-alarms.ts';
import { CostWatch } from '../../constructs/monitoring/cost-watch.ts';
import { OdooDashboard } from '../../constructs/monitoring/dashboard/odoo-dashboard.ts';
import { FenceAlarm } from '../../constructs/monitoring/fence-alarm.ts';
import { HealthReportAlarm } from '../../constructs/monitoring/health-report-alarm.ts';
import { MaintenanceAlarms } from '../../constructs/monitoring/maintenance-alarms.ts';
import { MailAlarms } from '../../constructs/monitoring/mail-alarms.ts';
import { OdooAlarm } from '../../constructs/monitoring/odoo-alarm.ts';
import { OdooCompositeAlarm } from '../../constructs/monitoring/odoo-composite-alarm.ts';
import type { RequestMetrics } from '../../constructs/monitoring/request-metrics.ts';
import { RecoveryAlarms } from '../../constructs/monitoring/recovery-alarms.ts';
import { ReplicationAlarms } from '../../constructs/monitoring/replication-alarms.ts';
import { SesSender } from '../../constructs/mail/ses-sender.ts';
import { PROOF_DAYS } from '../../constructs/restore-testing/proof-days.ts';
import type { FenceGuard } from '../../constructs/recovery/fence-guard.ts';
import { warnOfMissingCanary } from '../missing-canary.ts';
import type { BackupStack } from './backup-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';
import { ServiceBackupStack } from './service-backup-stack.ts';

export interface OperationsStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
}

/**
 * Who hears of what: alarms, dashboard, canary and reports of an environment. Last of its stacks, because it looks at all of them.
 * What is of one architecture alone is in {@link ServerOperationsStack} and {@link ServiceOperationsStack}.
 */
export abstract class OperationsStack extends OdooStack {
  protected readonly topic: AlarmTopic;
  protected readonly props: OperationsStackProps;

  constructor(scope: Construct, props: OperationsStackProps) {
    super(scope, 'Operations', props, { description: 'alarms, dashboard, reports', stateful: false });
    this.props = props;
    this.topic = new AlarmTopic(this, 'AlarmTopic', {
      environmentName: props.environment.name,
      encryptionKey: props.networkStack.logKey,
      email: props.environment.alarmEmail,
      runbookUrl: props.environment.monitoring.runbookUrl,
    });
    this.watchCost();
  }

  /** Not where an environment was brought back: its tag is the same, and so would the name of the budget be. */
  private watchCost(): void {
    const { environment, plan, recovered = false } = this.props;
    if (environment.alarmEmail === undefined || recovered) return;
    new CostWatch(this, 'CostWatch', {
      environmentName: environment.name,
      email: environment.alarmEmail,
      budgetUsd: budgetUsd(environment.monitoring, plan.costPerMonthUsd.total),
      costAnomalyMonitor: environment.monitoring.costAnomalyMonitor,
    });
  }

  /** Bounces, complaints and what they do to the reputation of the account; a relay keeps them to itself. */
  watchMail({ mail }: DataStack): void {
    if (!(mail instanceof SesSender)) return;
    const { topic } = this;
    new MailAlarms(this, 'MailAlarms', { topic, configurationSet: mail.configurationSet });
  }

  /** Whether recovery points are made and copied and, in medium and large, whether they were proven. */
  watchRecovery(backupStack: BackupStack): void {
    const { topic } = this;
    const { vault } = backupStack.recoveryPoints;
    const isProven = backupStack instanceof ServiceBackupStack && backupStack.restoresAreTested;
    new RecoveryAlarms(this, 'RecoveryAlarms', {
      topic,
      vault,
      proofDays: isProven ? PROOF_DAYS : undefined,
    });
    const { environment, plan } = this.props;
    new BackupAgeAlarms(this, 'BackupAgeAlarms', {
      topic,
      recoveryPointObjective:
        plan.database.kind === 'rds' ? Duration.hours(environment.objectives.rpoHours) : undefined,
    });
  }

  /** Whether somebody looks at the database each week, and what was found. */
  watchMaintenance(): void {
    new MaintenanceAlarms(this, 'MaintenanceAlarms', { topic: this.topic });
  }

  /** What the month before comes to, each month. */
  reportHealth(
    { auditBucket }: DataStack,
    {
      metrics,
      proofs,
      drilled,
    }: Pick<HealthReportProps, 'metrics' | 'proofs'> & { readonly drilled?: RecoveryStack },
  ): void {
    const { environment, plan, networkStack } = this.props;
    const { app, database } = plan;
    const { machine } = new HealthReport(this, 'HealthReport', {
      environment: environment.name,
      tier: plan.tier,
      users: plan.users,
      workers: app.nodesMin * app.workers,
      availabilityPercent: environment.monitoring.availabilityPercent,
      businessHours: environment.monitoring.businessHours,
      storageGiB:
        database.kind === 'rds' ? { planned: database.storageGiB, most: database.storageMaxGiB } : undefined,
      metrics,
      proofs,
      auditBucket,
      drills: drilled && { bucket: drilled.auditBucket, region: drilled.region },
      topic: this.topic.topic,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    new HealthReportAlarm(this, 'HealthReportAlarm', { topic: this.topic, machine });
  }

  /** Whether S3 copies everything to the recovery Region; how far it is behind is watched there. */
  watchReplication({ filestoreBucket, backupBucket }: DataStack, recovery: RecoveryStack): void {
    const { topic } = this;
    new ReplicationAlarms(this, 'ReplicationAlarms', {
      topic,
      filestore: { bucket: filestoreBucket, replica: recovery.filestoreBucket },
      backups: { bucket: backupBucket, replica: recovery.backupBucket },
    });
  }

  /** Whether the environment could be stopped from the recovery Region. */
  watchFence(guard: FenceGuard): void {
    new FenceAlarm(this, 'FenceAlarm', { topic: this.topic, guard: guard.function });
  }

  /**
   * What users meet: a canary, where one is asked for and can get through, and in production whether what is promised is kept.
   *
   * @param url - where users reach Odoo.
   * @param requests - absent: nobody counts them.
   */
  watchUsers(url: string, requests?: RequestMetrics): void {
    const { topic } = this;
    const { environment } = this.props;
    const { availabilityPercent, businessHours } = environment.monitoring;
    const canary = this.canaryOf(url);
    if (canary !== undefined) new CanaryAlarms(this, 'CanaryAlarms', { topic, canary });
    // In a test system nobody is promised anything.
    if (!environment.production || (canary === undefined && requests === undefined)) return;
    new AvailabilityAlarms(this, 'AvailabilityAlarms', {
      topic,
      objective: { availabilityPercent, businessHours: businessHoursOf(businessHours) },
      businessHours,
      requests,
      canary,
    });
  }

  private canaryOf(url: string): OdooCanary | undefined {
    const { environment, networkStack } = this.props;
    if (!hasCanary(environment)) {
      warnOfMissingCanary(this, environment);
      return undefined;
    }
    return new OdooCanary(this, 'Canary', {
      environmentName: environment.name,
      url,
      interval: Duration.minutes(environment.monitoring.canaryMinutes),
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }

  /** One page with all alarms that were added before. */
  showDashboard(): void {
    const { environment, plan, recovered = false } = this.props;
    const { name, domain } = environment;
    const { dashboardName } = new OdooDashboard(this, 'Dashboard', {
      name: recovered ? `Odoo-${name}-Recovery` : `Odoo-${name}`,
      heading: [
        `## ${name}`,
        `${plan.tier}, ${plan.users} users`,
        ...(domain === undefined ? [] : [`[Odoo](https://${domain.name})`]),
        this.topic.runbook.startsWith('https:') ? `[runbook](${this.topic.runbook})` : this.topic.runbook,
      ].join(' · '),
      alarms: this.node
        .findAll()
        .filter((construct) => construct instanceof OdooAlarm || construct instanceof OdooCompositeAlarm),
    });
    const console = `https://${this.region}.console.aws.amazon.com/cloudwatch/home`;
    new CfnOutput(this, 'DashboardUrl', {
      description: 'The state of the environment on one page',
      value: `${console}?region=${this.region}#dashboards/dashboard/${dashboardName}`,
    });
  }
}
