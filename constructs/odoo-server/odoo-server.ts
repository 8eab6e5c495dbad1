import {
  aws_autoscaling as autoscaling,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_logs as logs,
  CfnElement,
  Duration,
  Lazy,
  Names,
  RemovalPolicy,
  Stack,
  Tags,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ServerPlan } from '../../config/sizing/plan.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { logRetention } from '../shared/log-retention.ts';
import { allowBuckets } from './bucket-permissions.ts';
import { createDataVolume } from './data-volume.ts';
import { hostFiles } from './host-files.ts';
import type { OdooServerProps } from './odoo-server-props.ts';
import { createEntry, refuseUncertifiableDomain } from './server-entry.ts';
import { serverImage } from './server-image.ts';
import { ServerLaunchTemplate } from './server-launch-template.ts';
import {
  allowAcmeChallenge,
  allowAddress,
  allowAutoScalingToUse,
  allowDataVolume,
  allowReporting,
  allowSessionManager,
  type ServerTag,
} from './server-permissions.ts';

/**
 * How long a deployment waits for a new server: the most that CloudFormation takes for an update. Packages, the image
 * (about 2 GB unpacked) and the first initialization take minutes, but a server that finds a blank volume and a backup
 * restores it first, at about a minute per GiB. One that fails says so at once.
 */
const LAUNCH_TIMEOUT = Duration.hours(1);

/**
 * The small architecture: nginx, Odoo and PostgreSQL on one EC2 server that may be replaced at any time.
 *
 * A dead server is replaced by its Auto Scaling group of one. The new one attaches the same data volume, takes over the
 * same address and provisions itself from the bundle. A change of the host's files replaces the server in the same way:
 * the old one stops first, because the volume has room for one user, so Odoo is away for some minutes.
 *
 * Security considerations: no SSH, administration by Session Manager. Metadata answers only to tokens and one network
 * hop away, which is the host and not its containers. Whoever can write to the CDK's assets bucket cannot change the
 * server: the hash of the bundle is in the launch template.
 */
export class OdooServer extends Construct implements ec2.IConnectable, iam.IGrantable {
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;
  readonly role: iam.Role;
  readonly autoScalingGroup: autoscaling.AutoScalingGroup;
  readonly dataVolume: ec2.Volume;
  /** Tells the servers of this group from all others. */
  readonly serverTag: ServerTag;
  /** Where Odoo and the provisioning write their logs. */
  readonly logGroup: logs.LogGroup;
  /** Fixed IPv4 address of the server, for the DNS record. */
  readonly publicIp: string;

  private readonly address: ec2.CfnEIP;

  /** @throws when the plan has no server, or when nobody could issue a certificate for the domain. */
  constructor(scope: Construct, id: string, props: OdooServerProps) {
    super(scope, id);
    const { server, tier } = props.plan;
    if (!server) throw new Error(`a single server needs a plan of the small architecture, got ${tier}`);
    refuseUncertifiableDomain(props.domain, props.allowedCidrs);

    this.logGroup = this.createLogGroup(props);
    this.dataVolume = createDataVolume(this, {
      ...server.dataVolume,
      label: props.dataVolume,
      subnet: props.subnet,
      dataKey: props.dataKey,
    });
    this.address = this.createAddress();
    this.publicIp = this.address.attrPublicIp;
    const securityGroup = createEntry(this, props);
    this.connections = securityGroup.connections;
    this.role = this.createRole(props);
    this.grantPrincipal = this.role;
    const launchTemplate = this.createLaunchTemplate(server, securityGroup, props);
    this.autoScalingGroup = this.createGroup(launchTemplate, props);
    this.serverTag = { key: 'OdooServer', value: Names.uniqueId(this) };
    this.allowTakingOver(props);
    Tags.of(this).add('Name', `${props.plan.environment} Odoo server`);
  }

  private createLogGroup({ logKey, logRetentionDays }: OdooServerProps): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', {
      encryptionKey: logKey,
      retention: logRetention(logRetentionDays),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** Kept when the stack goes, like the volume: firewalls and DNS zones elsewhere may name it. */
  private createAddress(): ec2.CfnEIP {
    const address = new ec2.CfnEIP(this, 'Address', { domain: 'vpc' });
    address.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return address;
  }

  private createRole({
    secrets,
    mail,
    domain,
    imageRepository,
    broughtBackTo,
    ...buckets
  }: OdooServerProps): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'The Odoo server',
    });
    allowReporting(role, this.logGroup);
    for (const secret of [
      secrets.odooDatabasePassword,
      secrets.odooAdminPassword,
      secrets.odooMasterPassword,
      secrets.backupPassphrase,
    ]) {
      secret.grantRead(role);
    }
    mail?.credentials?.grantRead(role);
    allowSessionManager(role);
    allowBuckets(role, { ...buckets, broughtBack: broughtBackTo !== undefined });
    imageRepository?.grantPull(role);
    if (domain?.hostedZone) allowAcmeChallenge(role, domain.hostedZone.id, domain.name);
    return role;
  }

  private createLaunchTemplate(
    server: ServerPlan,
    securityGroup: ec2.ISecurityGroup,
    props: OdooServerProps,
  ): ec2.LaunchTemplate {
    allowAutoScalingToUse(props.dataKey);
    const files = hostFiles({
      plan: props.plan,
      server,
      odooVersion: props.odooVersion,
      sessionGuard: props.sessionGuard,
      release: props.release ?? props.imageUri,
      domain: props.domain,
      signIn: props.signIn,
      rollout: props.rollout,
      smtp: props.mail?.settings,
      dataVolume: props.dataVolume,
      broughtBack: props.broughtBackTo !== undefined,
      pointInTimeDays: props.pointInTimeDays,
      windows: props.windows,
      businessHours: props.businessHours,
    });
    const { launchTemplate } = new ServerLaunchTemplate(this, 'LaunchTemplate', {
      server,
      machineImage: serverImage(this, { ...props, server, files }),
      role: this.role,
      securityGroup,
      volumeKey: props.dataKey,
      files,
      settings: this.settings(props),
      groupLogicalId: Lazy.string({ produce: () => this.groupLogicalId() }),
    });
    return launchTemplate;
  }

  /** What the host's scripts ask for by name. */
  private settings(props: OdooServerProps): Readonly<Record<string, string>> {
    return {
      volume: this.dataVolume.volumeId,
      address: this.address.attrAllocationId,
      filestoreBucket: props.filestoreBucket.bucketName,
      backupBucket: props.backupBucket.bucketName,
      auditBucket: props.auditBucket.bucketName,
      image: props.imageUri,
      logGroup: this.logGroup.logGroupName,
      databasePassword: props.secrets.odooDatabasePassword.secretArn,
      adminPassword: props.secrets.odooAdminPassword.secretArn,
      masterPassword: props.secrets.odooMasterPassword.secretArn,
      backupPassphrase: props.secrets.backupPassphrase.secretArn,
      ...(props.broughtBackTo && { broughtBackTo: props.broughtBackTo }),
      ...(props.mail?.credentials && { smtpCredentials: props.mail.credentials.secretArn }),
    };
  }

  private createGroup(
    launchTemplate: ec2.LaunchTemplate,
    { vpc, subnet }: OdooServerProps,
  ): autoscaling.AutoScalingGroup {
    const group = new autoscaling.AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnets: [subnet] },
      launchTemplate,
      minCapacity: 1,
      maxCapacity: 1,
      healthChecks: autoscaling.HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      signals: autoscaling.Signals.waitForAll({ timeout: LAUNCH_TIMEOUT }),
      // None in service meanwhile: the volume, and with it PostgreSQL's files, may have one user only.
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({ minInstancesInService: 0, maxBatchSize: 1 }),
    });
    acknowledge(
      group,
      'AwsSolutions-AS3',
      'A group of one replaces its server and never scales: what operators must hear of is that Odoo is away, which the alarms on the server report.',
    );
    return group;
  }

  private allowTakingOver({ subnet }: OdooServerProps): void {
    const { key, value } = this.serverTag;
    Tags.of(this.autoScalingGroup).add(key, value);
    allowDataVolume(this.role, this.dataVolume, this.autoScalingGroup);
    allowAddress(this.role, this.address, subnet, this.serverTag);
    // A server that starts before its role has its policy fails for want of permission.
    this.autoScalingGroup.node.addDependency(this.role);
  }

  private groupLogicalId(): string {
    const group = this.autoScalingGroup.node.defaultChild;
    if (!CfnElement.isCfnElement(group))
      throw new Error('the Auto Scaling group has no resource to wait for');
    return Stack.of(this).getLogicalId(group);
  }
}
