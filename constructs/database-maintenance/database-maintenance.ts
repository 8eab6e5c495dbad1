import {
  Duration,
  type aws_ec2 as ec2,
  aws_events as events,
  aws_events_targets as targets,
  type aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { dayAndClock } from '../../config/week-time.ts';
import { MAINTENANCE, MAINTENANCE_NOTE } from '../audit/audit-prefixes.ts';
import { DATABASE_NAME, type OdooDatabase } from '../database/odoo-database.ts';
import type { Network } from '../network/network.ts';
import { allow, allowInVpc, allowPut, databaseUser } from '../restore-testing/restore-permissions.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { packedProgram } from '../shared/packed-program.ts';
import type { Settings } from './maintain.lambda/handlers.ts';
import { MAINTENANCE_STATEMENTS } from './maintenance-files.ts';

/** Analyzes tables and reads statistics, by IAM; the database job makes it (constructs/database-job/files/maintainer.py). */
export const MAINTAINER_ROLE = 'odoo_maintainer';

const ENTRY = fileURLToPath(new URL('maintain.lambda/index.ts', import.meta.url));

export interface DatabaseMaintenanceProps {
  readonly environmentName: string;
  readonly network: Network;
  readonly database: OdooDatabase;
  /** Id by which IAM knows the instance, for example `db-ABCDEFGHIJKL`. */
  readonly databaseResourceId: string;
  /** Identity of the function that signs in; whom it may reach is the caller's. */
  readonly securityGroup: ec2.ISecurityGroup;
  readonly auditBucket: s3.IBucket;
  /** Certificates that vouch for RDS in this Region, PEM. */
  readonly certificates: string;
  /** When in the week, in minutes after Monday 00:00 UTC. */
  readonly time: number;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * Once a week, refreshes the statistics of the database that are behind, looks for what needs somebody, and writes what it found
 * into the audit bucket. Each hour its age is published, so that one that does not come is noticed.
 *
 * The function is in the isolated subnets and reaches the database and S3.
 */
export class DatabaseMaintenance extends Construct {
  private readonly props: DatabaseMaintenanceProps;
  private readonly logGroup: FunctionLogGroup;
  private readonly code: lambda.Code;

  constructor(scope: Construct, id: string, props: DatabaseMaintenanceProps) {
    super(scope, id);
    this.props = props;
    this.logGroup = new FunctionLogGroup(this, 'Logs', props);
    this.code = packedProgram(this, {
      name: 'database-maintenance',
      entry: ENTRY,
      // The first comes with the runtime, the second is for who has PostgreSQL's own library.
      external: ['@aws-sdk/client-s3', 'pg-native'],
      beside: { 'ca.pem': props.certificates, ...MAINTENANCE_STATEMENTS },
    });
    const { vpc, databaseSubnets } = props.network;
    const { securityGroup } = props;
    const place = { vpc, vpcSubnets: databaseSubnets, securityGroups: [securityGroup] };
    const maintain = this.defineFunction('Maintain', 'maintainDatabase', this.maintainerRole(), place);
    const publishAge = this.defineFunction('Age', 'publishAge', this.ageRole());
    new events.Rule(this, 'Weekly', {
      description: 'Refreshes statistics of the database and looks for what needs somebody',
      schedule: weekly(props.time),
      targets: [new targets.LambdaFunction(maintain, { retryAttempts: 2 })],
    });
    new events.Rule(this, 'Hourly', {
      description: 'Publishes how long ago the database was looked at last',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(publishAge)],
    });
  }

  private maintainerRole(): iam.Role {
    const { databaseResourceId, auditBucket } = this.props;
    const role = this.logGroup.roleOf(this, 'MaintainRole');
    allowInVpc(role, 'looks at the database');
    allow(role, ['rds-db:connect'], databaseUser(role, databaseResourceId, MAINTAINER_ROLE));
    allowPut(role, auditBucket, MAINTENANCE, 'A report of the weekly look');
    return role;
  }

  private ageRole(): iam.Role {
    const { auditBucket } = this.props;
    const role = this.logGroup.roleOf(this, 'AgeRole');
    allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
    allow(role, ['s3:GetObject', 's3:PutObject'], auditBucket.arnForObjects(MAINTENANCE_NOTE));
    if (auditBucket.encryptionKey)
      allow(role, ['kms:Decrypt', 'kms:GenerateDataKey'], auditBucket.encryptionKey.keyArn);
    return role;
  }

  private defineFunction(
    id: string,
    handler: string,
    role: iam.Role,
    place: Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> = {},
  ): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: this.code,
      handler: `index.${handler}`,
      role,
      logGroup: this.logGroup,
      memorySize: 512,
      timeout: Duration.minutes(15),
      environment: { SETTINGS: this.settings() },
      ...place,
    });
  }

  private settings(): string {
    const { environmentName, auditBucket, database } = this.props;
    const settings: Settings = {
      environment: environmentName,
      auditBucket: auditBucket.bucketName,
      host: database.host,
      port: Number(database.port),
      database: DATABASE_NAME,
      user: MAINTAINER_ROLE,
    };
    return JSON.stringify(settings);
  }
}

function weekly(time: number): events.Schedule {
  const [weekDay = '', hour, minute] = dayAndClock(time).split(':');
  return events.Schedule.cron({
    weekDay: weekDay.toUpperCase(),
    hour: String(Number(hour)),
    minute: String(Number(minute)),
  });
}
