import { aws_ec2 as ec2, aws_rds as rds } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DatabasePlan } from '../../config/sizing/plan.ts';
import { ENGINE, PORT } from '../database/postgres-engine.ts';
import type { Network } from '../network/network.ts';
import { DrillSite, type DrillSiteProps } from './drill-site.ts';
import type { DrillDatabase } from './restore-states.ts';

export interface DatabaseSiteProps extends DrillSiteProps {
  readonly plan: DatabasePlan;
}

/**
 * Where a database of RDS stands beside the task of a drill.
 *
 * Security: nobody reaches it from outside. It admits the task and the function that validates it, and reaches nothing.
 */
export class DatabaseSite extends DrillSite {
  readonly database: DrillDatabase;
  /** Identity of the function that validates the database. */
  readonly validationSecurityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: DatabaseSiteProps) {
    super(scope, id, props);
    const { network, plan } = props;
    const database = this.securityGroup('Database', 'Database that a drill has restored', network);
    this.validationSecurityGroup = this.securityGroup(
      'Validation',
      'Function that validates what a drill has restored',
      network,
    );
    this.letOut(this.validationSecurityGroup, network);
    for (const client of [this.task, this.validationSecurityGroup]) {
      database.connections.allowFrom(client, ec2.Port.tcp(PORT), 'PostgreSQL');
    }
    this.database = {
      instanceClass: plan.class,
      subnetGroupName: this.subnetGroup(network).subnetGroupName,
      parameterGroupName: this.parameterGroupName(plan),
      securityGroupId: database.securityGroupId,
    };
  }

  private subnetGroup({ vpc, databaseSubnets }: Network): rds.SubnetGroup {
    return new rds.SubnetGroup(this, 'Subnets', {
      description: 'Databases of recovery drills',
      vpc,
      vpcSubnets: databaseSubnets,
    });
  }

  /** Those of production, so that what is measured is what a recovery would get. */
  private parameterGroupName({ parameters }: DatabasePlan): string {
    const group = new rds.ParameterGroup(this, 'Parameters', {
      engine: ENGINE,
      description: 'Odoo on PostgreSQL 17, in recovery drills',
      parameters: { ...parameters, 'rds.force_ssl': '1' },
    });
    return group.bindToInstance({}).parameterGroupName;
  }
}
