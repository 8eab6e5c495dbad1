import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { budgetUsd } from '../../config/monitoring.ts';
import { S3FilesFilestore } from '../../constructs/filestore/s3-files-filestore.ts';
import { AlarmTopic } from '../../constructs/monitoring/alarm-topic.ts';
import { CertificateAlarms } from '../../constructs/monitoring/certificate-alarms.ts';
import { CostWatch } from '../../constructs/monitoring/cost-watch.ts';
import { DatabaseAlarms } from '../../constructs/monitoring/database-alarms.ts';
import { OdooDashboard } from '../../constructs/monitoring/dashboard/odoo-dashboard.ts';
import { FenceAlarm } from '../../constructs/monitoring/fence-alarm.ts';
import { FilestoreAlarms } from '../../constructs/monitoring/filestore-alarms.ts';
import { LoadBalancerAlarms } from '../../constructs/monitoring/load-balancer-alarms.ts';
import { MailAlarms } from '../../constructs/monitoring/mail-alarms.ts';
import { OdooAlarm } from '../../constructs/monitoring/odoo-alarm.ts';
import { RecoveryAlarms } from '../../constructs/monitoring/recovery-alarms.ts';
import { ReplicationAlarms } from '../../constructs/monitoring/replication-alarms.ts';
import { ServerAlarms } from '../../constructs/monitoring/server-alarms.ts';
import { ServerBackupAlarms } from '../../constructs/monitoring/server-backup-alarms.ts';
import { ServerHealthAlarms } from '../../constructs/monitoring/server-health-alarms.ts';
import { ServiceAlarms } from '../../constructs/monitoring/service-alarms.ts';
import { WebAclAlarm } from '../../constructs/monitoring/web-acl-alarm.ts';
import { SesSender } from '../../constructs/mail/ses-sender.ts';
import { PROOF_DAYS } from '../../constructs/restore-testing/proof-days.ts';
import type { FenceGuard } from '../../constructs/recovery/fence-guard.ts';
import type { BackupStack } from './backup-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { EdgeStack } from './edge-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';
import type { ServerBackupStack } from './server-backup-stack.ts';
import type { ServerStack } from './server-stack.ts';
import { ServiceBackupStack } from './service-backup-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';
import type { ServiceStack } from './service-stack.ts';

export interface OperationsStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
}

/** Who hears of what: the alarms of an environment. Last of its stacks, because it looks at all of them. */
export class OperationsStack extends OdooStack {
  private readonly topic: AlarmTopic;
  private readonly props: OperationsStackProps;

  constructor(scope: Construct, props: OperationsStackProps) {
    super(scope, 'Operations', props, { description: 'alarms', stateful: false });
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

  /** Alarms of the small architecture. */
  watchServer({ server }: ServerStack, { restoresAreTested }: ServerBackupStack): void {
    const { topic } = this;
    new ServerAlarms(this, 'ServerAlarms', {
      topic,
      autoScalingGroup: server.autoScalingGroup,
      instanceType: this.props.plan.database.class,
    });
    new ServerHealthAlarms(this, 'ServerHealthAlarms', { topic });
    new ServerBackupAlarms(this, 'ServerBackupAlarms', {
      topic,
      proofDays: PROOF_DAYS,
      volumeIsTested: restoresAreTested,
    });
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
      alarms: this.node.findAll().filter((construct) => construct instanceof OdooAlarm),
    });
    const console = `https://${this.region}.console.aws.amazon.com/cloudwatch/home`;
    new CfnOutput(this, 'DashboardUrl', {
      description: 'The state of the environment on one page',
      value: `${console}?region=${this.region}#dashboards/dashboard/${dashboardName}`,
    });
  }

  /** Alarms of medium and large. */
  watchService(
    { database, filestore }: ServiceDataStack,
    { entry, certificate, webAcl }: EdgeStack,
    { service }: ServiceStack,
  ): void {
    const { topic } = this;
    new DatabaseAlarms(this, 'DatabaseAlarms', {
      topic,
      database: database.instance,
      plan: this.props.plan.database,
    });
    if (filestore instanceof S3FilesFilestore) {
      new FilestoreAlarms(this, 'FilestoreAlarms', {
        topic,
        fileSystemId: filestore.fileSystem.attrFileSystemId,
      });
    }
    new LoadBalancerAlarms(this, 'LoadBalancerAlarms', {
      topic,
      loadBalancer: entry.loadBalancer,
      targetGroup: entry.targetGroup,
    });
    new CertificateAlarms(this, 'CertificateAlarms', { topic, certificate });
    if (webAcl !== undefined) new WebAclAlarm(this, 'WebAclAlarm', { topic, webAcl });
    new ServiceAlarms(this, 'WebAlarms', {
      topic,
      service: service.web,
      role: 'web',
      tasks: this.props.plan.app.nodesMin,
    });
    new ServiceAlarms(this, 'CronAlarms', { topic, service: service.cron, role: 'cron', tasks: 1 });
  }
}
