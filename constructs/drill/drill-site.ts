import { aws_ec2 as ec2, aws_rds as rds } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DatabasePlan } from '../../config/sizing/plan.ts';
import { ENGINE, PORT } from '../database/rds-postgres.ts';
import type { Network } from '../network/network.ts';
import type { DrillDatabase } from './restore-states.ts';

export interface DrillSiteProps {
  readonly network: Network;
  readonly plan: DatabasePlan;
  /**
   * Where the task reaches the internet: `App`, by a route of those subnets, or `Public`, by an address of its own. A network that
   * waits for a recovery has no NAT.
   */
  readonly taskSubnets: 'App' | 'Public';
}

/**
 * Where the database and the task of a drill stand. Nothing here costs anything while there is none.
 *
 * Security: nobody reaches either from outside. The database admits the task and the function that validates it, and reaches
 * nothing; the task reaches the database, and by HTTPS where its image, its secrets and its log are.
 */
export class DrillSite extends Construct {
  readonly database: DrillDatabase;
  /** Identity of the function that validates the database. */
  readonly validationSecurityGroup: ec2.SecurityGroup;
  /** As RunTask takes it. */
  readonly taskNetwork: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, { network, plan, taskSubnets }: DrillSiteProps) {
    super(scope, id);
    const database = this.securityGroup('Database', 'Database that a drill has restored', network);
    const task = this.securityGroup('Task', 'Odoo on a database that a drill has restored', network);
    this.validationSecurityGroup = this.securityGroup(
      'Validation',
      'Function that validates what a drill has restored',
      network,
    );
    for (const client of [task, this.validationSecurityGroup]) {
      database.connections.allowFrom(client, ec2.Port.tcp(PORT), 'PostgreSQL');
      client.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS');
      // The resolver of AWS is never filtered; one of the VPC's owner would be.
      for (const port of [ec2.Port.udp(53), ec2.Port.tcp(53)]) {
        client.addEgressRule(ec2.Peer.ipv4(network.cidr), port, 'DNS');
      }
    }
    this.database = {
      instanceClass: plan.class,
      subnetGroupName: this.subnetGroup(network).subnetGroupName,
      parameterGroupName: this.parameterGroupName(plan),
      securityGroupId: database.securityGroupId,
    };
    this.taskNetwork = {
      AwsvpcConfiguration: {
        Subnets: network.vpc.selectSubnets({ subnetGroupName: taskSubnets }).subnetIds,
        SecurityGroups: [task.securityGroupId],
        AssignPublicIp: taskSubnets === 'Public' ? 'ENABLED' : 'DISABLED',
      },
    };
  }

  private securityGroup(id: string, description: string, { vpc }: Network): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc, description, allowAllOutbound: false });
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
