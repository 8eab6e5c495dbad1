import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Network } from '../network/network.ts';

const HTTPS: Reach = { port: 443, description: 'HTTPS' };

/** What Ubuntu's archives are reached by; what comes from them is signed. */
export const PACKAGES: Reach = { port: 80, description: 'HTTP, for packages' };

/** A port of whatever host. */
export interface Reach {
  readonly port: number;
  readonly description: string;
}

export interface DrillSiteProps {
  readonly network: Network;
  /**
   * Where the task reaches the internet: `App`, by a route of those subnets, or `Public`, by an address of its own. A network that
   * waits for a recovery has no NAT.
   */
  readonly taskSubnets: 'App' | 'Public';
  /**
   * What the task reaches beside HTTPS.
   *
   * @default - nothing
   */
  readonly reaches?: readonly Reach[];
}

/**
 * Where the task of a drill stands. Nothing here costs anything while there is none.
 *
 * Security: nobody reaches it from outside; it reaches where its image, its secrets and its log are.
 */
export class DrillSite extends Construct {
  /** As RunTask takes it. */
  readonly taskNetwork: Readonly<Record<string, unknown>>;
  protected readonly task: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { network, taskSubnets, reaches = [] }: DrillSiteProps) {
    super(scope, id);
    this.task = this.securityGroup('Task', 'Odoo on a database that a drill has restored', network);
    this.letOut(this.task, network, reaches);
    this.taskNetwork = {
      AwsvpcConfiguration: {
        Subnets: network.vpc.selectSubnets({ subnetGroupName: taskSubnets }).subnetIds,
        SecurityGroups: [this.task.securityGroupId],
        AssignPublicIp: taskSubnets === 'Public' ? 'ENABLED' : 'DISABLED',
      },
    };
  }

  protected securityGroup(id: string, description: string, { vpc }: Network): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc, description, allowAllOutbound: false });
  }

  protected letOut(client: ec2.SecurityGroup, network: Network, reaches: readonly Reach[] = []): void {
    for (const { port, description } of [HTTPS, ...reaches]) {
      client.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), description);
    }
    // The resolver of AWS is never filtered; one of the VPC's owner would be.
    for (const port of [ec2.Port.udp(53), ec2.Port.tcp(53)]) {
      client.addEgressRule(ec2.Peer.ipv4(network.cidr), port, 'DNS');
    }
  }
}
