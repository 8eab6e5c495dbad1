import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Measured } from '../../constructs/health-report/report.lambda/settings.ts';
import { DATA } from '../../constructs/odoo-server/host-settings.ts';
import { serverMetric } from '../../constructs/odoo-server/server-metrics.ts';
import type { EdgeStack } from './edge-stack.ts';
import type { ServerStack } from './server-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';
import type { ServiceStack } from './service-stack.ts';

type Metrics = Readonly<Partial<Record<Measured, cloudwatch.Metric>>>;

/** What the monthly report measures of medium and large. */
export function healthOfService(
  { database: { instance } }: ServiceDataStack,
  { entry: { loadBalancer } }: EdgeStack,
  { service: { web, cron } }: ServiceStack,
): Metrics {
  const ofEntry = (metricName: string, statistic: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/ApplicationELB',
      metricName,
      statistic,
      dimensionsMap: { LoadBalancer: loadBalancer.loadBalancerFullName },
    });
  return {
    requests: ofEntry('RequestCount', 'Sum'),
    errors: ofEntry('HTTPCode_Target_5XX_Count', 'Sum'),
    entryErrors: ofEntry('HTTPCode_ELB_5XX_Count', 'Sum'),
    responseTime: ofEntry('TargetResponseTime', 'Average'),
    p95: ofEntry('TargetResponseTime', 'p95'),
    webCpu: web.metricCpuUtilization(),
    cronCpu: cron.metricCpuUtilization(),
    webMemory: web.metricMemoryUtilization({ statistic: 'Maximum' }),
    databaseCpu: instance.metricCPUUtilization(),
    connections: instance.metricDatabaseConnections({ statistic: 'Maximum' }),
    freeStorage: instance.metricFreeStorageSpace({ statistic: 'Minimum' }),
  };
}

/** What it measures of the single server. */
export function healthOfServer(
  environmentName: string,
  { server: { autoScalingGroup } }: ServerStack,
): Metrics {
  const reported = (metricName: string, statistic: 'Average' | 'Maximum', dimensions = {}) =>
    serverMetric({ environmentName, metricName, dimensions, period: Duration.minutes(5), statistic });
  return {
    serverCpu: new cloudwatch.Metric({
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      statistic: 'Average',
      dimensionsMap: { AutoScalingGroupName: autoScalingGroup.autoScalingGroupName },
    }),
    serverMemory: reported('mem_used_percent', 'Maximum'),
    serverDisk: reported('disk_used_percent', 'Maximum', { path: DATA, fstype: 'ext4' }),
    healthy: reported('OdooHealthy', 'Average'),
  };
}
