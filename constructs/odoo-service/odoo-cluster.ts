import {
  type aws_ec2 as ec2,
  aws_ecs as ecs,
  type aws_kms as kms,
  aws_logs as logs,
  RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { logRetention } from '../shared/log-retention.ts';

export interface OdooClusterProps {
  readonly vpc: ec2.IVpc;
  /** Key of the logs; its policy lets CloudWatch Logs of this account use it. */
  readonly logKey: kms.IKey;
  /** One of the retention times that CloudWatch Logs offers, in days. */
  readonly logRetentionDays: number;
}

/** Where Odoo's tasks run and write their logs: the services and the job that prepares the database. */
export class OdooCluster extends Construct {
  readonly cluster: ecs.Cluster;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: OdooClusterProps) {
    super(scope, id);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: props.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      // Services use capacity providers from their first day: changing a launch type later replaces the service.
      enableFargateCapacityProviders: true,
    });
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logRetention(props.logRetentionDays),
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
