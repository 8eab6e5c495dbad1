import {
  Duration,
  type aws_ec2 as ec2,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { OdooDatabase } from '../database/odoo-database.ts';
import type { Network } from '../network/network.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import type { FilestoreFunctions, FilestoreTest } from './filestore-test.ts';
import { packedHandlers } from './packed-handlers.ts';
import {
  allowFilestoreValidation,
  allowInVpc,
  allowManifest,
  allowParts,
  allowProofAge,
  allowReport,
  allowValidation,
  type RestorePermissionsProps,
} from './restore-permissions.ts';
import { validationEnvironment, type ValidationSettings } from './validation-environment.ts';

export interface RestoreFunctionsProps extends RestorePermissionsProps, ValidationSettings {
  readonly network: Network;
  readonly database: OdooDatabase;
  /** Identities of the two functions that sign in to databases; whom they may reach is the caller's. */
  readonly manifestSecurityGroup: ec2.ISecurityGroup;
  readonly validationSecurityGroup: ec2.ISecurityGroup;
  /** @default - attachments are not on EFS, and no file system is tested */
  readonly filestoreTest?: FilestoreTest;
  /** Key of the functions' own logs. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/**
 * The functions of a restore test. Those that sign in to databases are in the isolated subnets and reach S3 besides, by its
 * gateway endpoint; what AWS has to be asked or told, the state machine does.
 */
export class RestoreFunctions extends Construct {
  /** Counts what production holds. */
  readonly noteManifest: lambda.Function;
  /** Looks at what was restored, as far as one invocation lasts. */
  readonly validate: lambda.Function;
  /** Absent where no file system is tested. */
  readonly filestore?: FilestoreFunctions;
  /** Writes the report, and says what it comes to. */
  readonly report: lambda.Function;
  /** Publishes how long ago a restore was proven last. */
  readonly publishProofAge: lambda.Function;

  private readonly props: RestoreFunctionsProps;
  private readonly logGroup: FunctionLogGroup;
  private readonly code: lambda.Code;

  constructor(scope: Construct, id: string, props: RestoreFunctionsProps) {
    super(scope, id);
    this.props = props;
    this.code = packedHandlers(this, props.certificates);
    this.logGroup = new FunctionLogGroup(this, 'Logs', props);
    this.noteManifest = this.inVpc('NoteManifest', 'noteManifest', props.manifestSecurityGroup);
    allowInVpc(roleOf(this.noteManifest), 'counts what production holds');
    allowManifest(roleOf(this.noteManifest), props);
    this.validate = this.inVpc('Validate', 'validate', props.validationSecurityGroup);
    allowInVpc(roleOf(this.validate), 'validates what was restored');
    allowValidation(roleOf(this.validate), props);
    this.filestore = props.filestoreTest && this.defineFilestoreFunctions(props.filestoreTest);
    this.report = this.defineFunction('Report', 'report');
    allowReport(roleOf(this.report), props);
    this.publishProofAge = this.defineFunction('ProofAge', 'publishProofAge');
    allowProofAge(roleOf(this.publishProofAge), props);
  }

  /** In one subnet: Lambda mounts in the zone of whatever subnet it takes, and there is one mount target. */
  private defineFilestoreFunctions(test: FilestoreTest): FilestoreFunctions {
    const validate = this.defineFunction('ValidateFilestore', 'validateFilestore', {
      vpc: this.props.network.vpc,
      vpcSubnets: { subnets: [test.subnet] },
      securityGroups: [test.validationSecurityGroup],
    });
    // Node's own four threads would wait for the network one after another.
    validate.addEnvironment('UV_THREADPOOL_SIZE', '32');
    allowInVpc(roleOf(validate), 'validates a restored file system');
    allowFilestoreValidation(roleOf(validate), this.props, test);
    allowParts(roleOf(this.noteManifest), this.props);
    return { test, noteManifest: this.noteManifest, validateFilestore: validate };
  }

  private inVpc(id: string, handler: string, securityGroup: ec2.ISecurityGroup): lambda.Function {
    const { vpc, databaseSubnets } = this.props.network;
    return this.defineFunction(id, handler, {
      vpc,
      vpcSubnets: databaseSubnets,
      securityGroups: [securityGroup],
    });
  }

  private defineFunction(
    id: string,
    handler: string,
    place: Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> = {},
  ): lambda.Function {
    const role = this.logGroup.roleOf(this, `${id}Role`);
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: this.code,
      handler: `index.${handler}`,
      role,
      logGroup: this.logGroup,
      memorySize: 1024,
      timeout: Duration.minutes(15),
      environment: validationEnvironment(this.props, this.props.database),
      ...place,
    });
  }
}

function roleOf({ role }: lambda.Function): iam.Role {
  if (!(role instanceof iam.Role)) throw new Error('a function of a restore test has a role of its own');
  return role;
}
