import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { S3FilesFilestore } from '../../constructs/filestore/s3-files-filestore.ts';
import { DatabaseMaintenance } from '../../constructs/database-maintenance/database-maintenance.ts';
import { maintenanceTime } from '../../constructs/database-maintenance/maintenance-time.ts';
import { CertificateAlarms } from '../../constructs/monitoring/certificate-alarms.ts';
import { DatabaseAlarms } from '../../constructs/monitoring/database-alarms.ts';
import { FilestoreAlarms } from '../../constructs/monitoring/filestore-alarms.ts';
import { LoadBalancerAlarms } from '../../constructs/monitoring/load-balancer-alarms.ts';
import { LogAlarms } from '../../constructs/monitoring/log-alarms.ts';
import { ServiceAlarms } from '../../constructs/monitoring/service-alarms.ts';
import { WebAclAlarm } from '../../constructs/monitoring/web-acl-alarm.ts';
import { trustedCertificates } from '../../constructs/odoo-node/trusted-certificates.ts';
import type { BackupStack } from './backup-stack.ts';
import type { EdgeStack } from './edge-stack.ts';
import type { ReleaseStack } from './release-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';
import type { ServiceStack } from './service-stack.ts';
import { OperationsStack } from './operations-stack.ts';

/** {@link OperationsStack} of medium and large. */
export class ServiceOperationsStack extends OperationsStack {
  /** Alarms of database, filestore, entry and services. */
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

  /** What Odoo, nginx and PostgreSQL write into their logs. */
  watchServiceLogs(
    { database }: ServiceDataStack,
    { cluster }: ReleaseStack,
    { service }: ServiceStack,
  ): void {
    new LogAlarms(this, 'LogAlarms', {
      topic: this.topic,
      plan: this.props.plan,
      from: { kind: 'services', logGroup: cluster.logGroup, databaseLogGroup: database.logGroup },
      nodes: service.web.metricCpuUtilization(),
    });
  }

  /** Looks at the database each week. */
  maintainDatabase({ database, auditBucket }: ServiceDataStack, { recoveryPoints }: BackupStack): void {
    const { environment, networkStack } = this.props;
    const securityGroup = new ec2.SecurityGroup(this, 'Maintenance', {
      vpc: networkStack.network.vpc,
      description: 'Function that looks at the database',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowToDefaultPort(database, 'PostgreSQL');
    // These subnets have no other route out.
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3, by its gateway endpoint');
    new DatabaseMaintenance(this, 'DatabaseMaintenance', {
      environmentName: environment.name,
      network: networkStack.network,
      database,
      databaseResourceId: database.resourceId,
      securityGroup,
      auditBucket,
      certificates: trustedCertificates(environment.region),
      time: maintenanceTime(environment.windows, environment.monitoring.businessHours, recoveryPoints.busy),
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }
}
