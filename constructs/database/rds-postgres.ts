import {
  Duration,
  RemovalPolicy,
  aws_ec2 as ec2,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_logs as logs,
  aws_rds as rds,
  type aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Windows } from '../../config/environment.ts';
import type { DatabasePlan } from '../../config/sizing/plan.ts';
import type { Network } from '../network/network.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { DataSecret } from '../shared/data-secret.ts';
import type { RecoveryRegion } from '../shared/recovery-region.ts';
import type { OdooDatabase } from './odoo-database.ts';
import { ENGINE, PORT } from './postgres-engine.ts';
import { problemsOf } from './rds-limits.ts';
import { RdsLogGroups } from './rds-log-groups.ts';
import { type AutomatedBackupPoint, restoreInstance } from './restored-instance.ts';

/** Not `postgres`: Odoo refuses to run as a user of that name. */
const MASTER_USER = 'odoo_master';

export interface RdsPostgresProps {
  readonly network: Network;
  readonly plan: DatabasePlan;
  readonly windows: Windows;
  /** Days for which the database can be restored to any moment, 1 to 35. */
  readonly pointInTimeDays: number;
  /** Encrypts storage, backups, Performance Insights and the administrator's password. */
  readonly dataKey: kms.IKey;
  /** Encrypts the exported logs. */
  readonly logKey: kms.IKey;
  /** Days for which exported logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
  /**
   * Refuse to delete the instance. Off only for environments that come and go: deleting one still leaves a final
   * snapshot, while `cdk destroy` of a protected one stops halfway.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /**
   * Where RDS copies the automated backups to, and the transaction log as it is archived. It takes no other key while copies
   * that were made with this one exist.
   *
   * @default - nowhere: the loss of the Region takes them
   */
  readonly backupReplica?: RecoveryRegion;
  /**
   * What the instance begins with. A value that changes later makes another, older one in its place: keep it for ever.
   *
   * @default - nothing: it starts empty
   */
  readonly restoreFrom?: AutomatedBackupPoint;
}

/**
 * Odoo's database on Amazon RDS for PostgreSQL.
 *
 * It starts empty. The database `odoo` and its role are made by a job and not by RDS, whose `DBName` would get the
 * collation en_US.UTF-8 and no extension, while Odoo needs C and `pg_trgm`.
 *
 * Changes that interrupt: another class (with a standby, a failover of tens of seconds; without, minutes) and any
 * parameter, because the group holds some that are read at start only. They are applied at once, when deployed.
 *
 * Kept when the stack is deleted: a final snapshot, the automated backups until they expire, and what opens them, key
 * and administrator's password. Subnet group and parameters go with the instance, which is gone before them.
 *
 * Security: no public address; admits Odoo's security group, the database job's and the function that changes the password, over TLS only.
 * That password is this stack's own secret, because one that RDS manages rules out read replicas and blue/green
 * deployments and disappears with the instance.
 */
export class RdsPostgres extends Construct implements OdooDatabase {
  readonly host: string;
  readonly port = `${PORT}`;
  readonly masterSecret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;
  readonly instance: rds.DatabaseInstance;
  /** Group of PostgreSQL's log. */
  readonly logGroup: logs.ILogGroup;

  private readonly parameters: rds.ParameterGroup;
  private readonly props: RdsPostgresProps;

  constructor(scope: Construct, id: string, props: RdsPostgresProps) {
    super(scope, id);
    this.props = props;
    this.refuseWhatWouldFail();

    const securityGroup = this.securityGroup();
    this.masterSecret = this.masterPassword();
    this.parameters = this.parameterGroup();
    const logGroups = new RdsLogGroups(this, 'Logs', {
      encryptionKey: props.logKey,
      retentionDays: props.logRetentionDays,
    });
    this.logGroup = logGroups.server;
    this.instance = this.databaseInstance(securityGroup, logGroups);
    this.host = this.instance.dbInstanceEndpointAddress;
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(PORT),
    });

    this.rotateMasterPassword();
    this.acknowledgeFindings();
  }

  /** Id by which IAM knows the instance, for example `db-ABCDEFGHIJKL`. */
  get resourceId(): string {
    const { instanceResourceId } = this.instance;
    if (instanceResourceId === undefined) throw new Error(`${this.instance.node.path} has no resource id`);
    return instanceResourceId;
  }

  /** Parameters and subnets by their names, for what is restored from the backups of this instance. */
  get surroundings(): { readonly parameterGroupName: string; readonly subnetGroupName: string } {
    const subnets = this.instance.node.findChild('SubnetGroup');
    if (!(subnets instanceof rds.SubnetGroup))
      throw new Error(`${this.instance.node.path} has no subnet group`);
    const { parameterGroupName } = this.parameters.bindToInstance({});
    return { parameterGroupName, subnetGroupName: subnets.subnetGroupName };
  }

  private refuseWhatWouldFail(): void {
    const { network, plan } = this.props;
    const problems = problemsOf(plan);
    if (!network.appSubnetsHaveRouteOut) {
      problems.push(
        'the function that changes the database password cannot reach Secrets Manager, got 0 NAT gateways: use 1 or more',
      );
    }
    this.node.addValidation({ validate: () => problems });
  }

  private securityGroup(): ec2.SecurityGroup {
    const { network } = this.props;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Database of Odoo',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(network.odooSecurityGroup, ec2.Port.tcp(PORT), 'PostgreSQL from Odoo');
    securityGroup.connections.allowFrom(
      network.databaseJobSecurityGroup,
      ec2.Port.tcp(PORT),
      'PostgreSQL from the database job',
    );
    return securityGroup;
  }

  private masterPassword(): DataSecret {
    return new DataSecret(this, 'MasterSecret', {
      description: "Odoo: the database's administrator",
      encryptionKey: this.props.dataKey,
      document: { username: MASTER_USER },
    });
  }

  private databaseInstance(securityGroup: ec2.SecurityGroup, logGroups: RdsLogGroups): rds.DatabaseInstance {
    const { network, plan, windows, dataKey } = this.props;
    const instance = new rds.DatabaseInstance(this, 'Instance', {
      instanceIdentifier: logGroups.instanceIdentifier,
      engine: ENGINE,
      // A major version past its end fails to be created, instead of being billed for extended support.
      engineLifecycleSupport: rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
      autoMinorVersionUpgrade: true,
      instanceType: new ec2.InstanceType(plan.class.replace(/^db\./, '')),
      multiAz: plan.multiAz,
      parameterGroup: this.parameters,

      storageType: rds.StorageType.GP3,
      allocatedStorage: plan.storageGiB,
      maxAllocatedStorage: plan.storageMaxGiB,
      iops: plan.iops,
      storageThroughput: plan.throughputMiBps,
      storageEncrypted: true,
      storageEncryptionKey: dataKey,

      vpc: network.vpc,
      vpcSubnets: network.databaseSubnets,
      securityGroups: [securityGroup],
      publiclyAccessible: false,
      port: PORT,
      // Named, because clients verify it: a new default of AWS must not change under them.
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,

      credentials: rds.Credentials.fromSecret(this.masterSecret, MASTER_USER),
      // Checks of restored copies sign in by role: the password at the time of the backup is no longer known.
      iamAuthentication: true,

      backupRetention: Duration.days(this.props.pointInTimeDays),
      preferredBackupWindow: windows.backup,
      preferredMaintenanceWindow: windows.maintenance,
      deleteAutomatedBackups: false,
      copyTagsToSnapshot: true,
      deletionProtection: this.isProtected,
      removalPolicy: RemovalPolicy.SNAPSHOT,

      cloudwatchLogsExports: logGroups.exported,
      monitoringInterval: Duration.minutes(1),
      monitoringRole: this.monitoringRole(),
      // The free mode: seven days of load by statement and wait.
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      enablePerformanceInsights: true,
      performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
      performanceInsightEncryptionKey: dataKey,
    });
    instance.node.defaultChild?.node.addDependency(logGroups);
    this.copyBackupsOf(instance);
    if (this.props.restoreFrom !== undefined) restoreInstance(resourceOf(instance), this.props.restoreFrom);
    return instance;
  }

  /** On the resource, because the instance's own properties do not know it. */
  private copyBackupsOf(instance: rds.DatabaseInstance): void {
    const { backupReplica, pointInTimeDays } = this.props;
    if (backupReplica === undefined) return;
    const resource = resourceOf(instance);
    resource.automaticBackupReplicationRegion = backupReplica.region;
    resource.automaticBackupReplicationKmsKeyId = backupReplica.encryptionKey.keyArn;
    resource.automaticBackupReplicationRetentionPeriod = pointInTimeDays;
  }

  private get isProtected(): boolean {
    return this.props.deletionProtection ?? true;
  }

  private parameterGroup(): rds.ParameterGroup {
    return new rds.ParameterGroup(this, 'Parameters', {
      engine: ENGINE,
      // Another description would replace the group.
      description: 'Odoo on PostgreSQL 17',
      parameters: { ...this.props.plan.parameters, 'rds.force_ssl': '1' },
    });
  }

  private monitoringRole(): iam.Role {
    const role = new iam.Role(this, 'MonitoringRole', {
      assumedBy: new iam.ServicePrincipal('monitoring.rds.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonRDSEnhancedMonitoringRole'),
      ],
    });
    acknowledge(
      role,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]',
      'The policy that AWS keeps for exactly this service role: it may write metrics of the operating system to the log groups named RDS* and nothing else.',
    );
    return role;
  }

  private rotateMasterPassword(): void {
    this.instance.addRotationSingleUser({
      automaticallyAfter: Duration.days(30),
      // Fresh as it is, changing it at once would only meet the job that makes Odoo's database.
      rotateImmediatelyOnUpdate: false,
      vpcSubnets: this.props.network.appSubnets,
    });
  }

  private acknowledgeFindings(): void {
    acknowledge(
      this.instance,
      'AwsSolutions-RDS11',
      'Another port would hide nothing: the instance has no public address and admits two security groups only. Tools and restore checks find it where they expect it.',
    );
    if (!this.props.plan.multiAz) {
      acknowledge(
        this.instance,
        'AwsSolutions-RDS3',
        'Chosen by the configuration (availability single-az): half the price, and after the loss of a zone the database is restored from its automated backups, to a few minutes before.',
      );
    }
    if (!this.isProtected) {
      acknowledge(
        this.instance,
        'AwsSolutions-RDS10',
        'Switched off by the configuration for an environment that is meant to be removed by one command; a final snapshot and the automated backups stay behind.',
      );
    }
  }
}

function resourceOf({ node: { defaultChild, path } }: rds.DatabaseInstance): rds.CfnDBInstance {
  if (!(defaultChild instanceof rds.CfnDBInstance)) throw new Error(`${path} has no instance resource`);
  return defaultChild;
}
