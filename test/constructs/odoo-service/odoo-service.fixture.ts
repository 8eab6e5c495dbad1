import {
  type App,
  aws_certificatemanager as acm,
  aws_ec2 as ec2,
  type aws_ecs as ecs,
  aws_kms as kms,
  aws_s3 as s3,
  type aws_secretsmanager as secretsmanager,
  type Stack,
} from 'aws-cdk-lib';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import type { Environment } from '../../../config/environment.ts';
import type { Plan } from '../../../config/sizing/plan.ts';
import type { OdooDatabase } from '../../../constructs/database/odoo-database.ts';
import { OdooLoadBalancer } from '../../../constructs/edge/odoo-load-balancer.ts';
import type { Network } from '../../../constructs/network/network.ts';
import { OdooCluster } from '../../../constructs/odoo-service/odoo-cluster.ts';
import { OdooContainerImage } from '../../../constructs/odoo-service/odoo-container-image.ts';
import { OdooService } from '../../../constructs/odoo-service/odoo-service.ts';
import type { OdooNode } from '../../../constructs/odoo-service/odoo-task-props.ts';
import type { SharedDirectory } from '../../../constructs/shared/shared-directory.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { DataSecret } from '../../../constructs/shared/data-secret.ts';
import { testApp, testStack } from '../../support/stack.ts';

/** Stacks in the order of their life, with only as much in them as the service refers to. */
export interface Fixture {
  readonly app: App;
  readonly plan: Plan;
  readonly before: Stack;
  readonly edge: Stack;
  readonly stack: Stack;
  readonly node: OdooNode;
  readonly cluster: OdooCluster;
  readonly network: Network;
  readonly loadBalancer: OdooLoadBalancer;
}

/** Everything that Odoo's services need, without the services. */
export function surroundings(users: number, changes: Partial<Environment> = {}): Fixture {
  const app = testApp();
  const environment = environmentOf(users, changes);
  const plan = planOf(users, changes);
  const before = testStack(app, 'Before');
  const edge = testStack(app, 'Edge');
  const stack = testStack(app, 'Service');

  const network = networkIn(before);
  const logKey = new kms.Key(before, 'LogKey', { enableKeyRotation: true });
  const cluster = new OdooCluster(stack, 'Cluster', {
    vpc: network.vpc,
    logKey,
    logRetentionDays: 30,
  });
  const node: OdooNode = {
    image: new OdooContainerImage(stack, 'Image', {
      release: environment.odoo,
      architecture: environment.architecture,
    }),
    architecture: environment.architecture,
    version: environment.odoo.version,
    sessionGuard: environment.odoo.sessionGuard,
    region: environment.region,
    database: databaseIn(before),
    databasePassword: secretIn(before, 'DatabasePassword'),
    masterPassword: secretIn(before, 'MasterPassword'),
    filestore: new FakeDirectory(before, 'Filestore', network.vpc),
    sessions: new FakeDirectory(before, 'Sessions', network.vpc),
    limits: plan.app.odoo,
    logGroup: cluster.logGroup,
  };
  const loadBalancer = new OdooLoadBalancer(edge, 'LoadBalancer', {
    vpc: network.vpc,
    subnets: network.publicSubnets,
    allowedCidrs: ['198.51.100.0/24'],
    certificate: acm.Certificate.fromCertificateArn(
      edge,
      'Certificate',
      'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
    ),
    targetSecurityGroup: network.odooSecurityGroup,
    logBucket: new s3.Bucket(edge, 'Logs'),
    deletionProtection: false,
  });
  return { app, plan, before, edge, stack, node, cluster, network, loadBalancer };
}

/** The surroundings with the services in them. */
export function service(
  users: number,
  changes: Partial<Environment> = {},
): Fixture & { readonly service: OdooService } {
  const fixture = surroundings(users, changes);
  const { cluster, node, plan, network, loadBalancer, stack } = fixture;
  const service = new OdooService(stack, 'Odoo', {
    cluster,
    node,
    plan,
    network,
    targetGroup: loadBalancer.targetGroup,
  });
  return { ...fixture, service };
}

function networkIn(stack: Stack): Network {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr('10.40.0.0/16'),
    restrictDefaultSecurityGroup: false,
    natGateways: 1,
  });
  return {
    vpc,
    cidr: '10.40.0.0/16',
    publicSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    appSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    databaseSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    appSubnetsHaveRouteOut: true,
    availabilityZoneCount: 3,
    odooSecurityGroup: new ec2.SecurityGroup(stack, 'Odoo', { vpc }),
    databaseJobSecurityGroup: new ec2.SecurityGroup(stack, 'DatabaseJob', { vpc, allowAllOutbound: false }),
  };
}

function databaseIn(stack: Stack): OdooDatabase {
  return {
    host: 'database.example.eu-central-1.rds.amazonaws.com',
    port: '5432',
    masterSecret: secretIn(stack, 'Master'),
    connections: new ec2.Connections(),
  };
}

function secretIn(stack: Stack, id: string): secretsmanager.ISecret {
  const encryptionKey = new kms.Key(stack, `${id}Key`, { enableKeyRotation: true });
  return new DataSecret(stack, id, { description: id, encryptionKey });
}

/** A volume of the simplest kind, with something that must be ready before it is mounted. */
class FakeDirectory extends Construct implements SharedDirectory {
  readonly readiness: IDependable;

  constructor(scope: Construct, id: string, vpc: ec2.IVpc) {
    super(scope, id);
    this.readiness = new DependencyGroup(new ec2.SecurityGroup(this, 'Ready', { vpc }));
  }

  addVolumeTo(task: ecs.FargateTaskDefinition, name: string): void {
    task.addVolume({ name });
  }
}
