import { Duration, type aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { COPIES_NOTE, DRILLS, FENCE, MANIFESTS } from '../audit/audit-prefixes.ts';
import { packedHandlers } from '../restore-testing/packed-handlers.ts';
import { allowInVpc } from '../restore-testing/restore-permissions.ts';
import { validationEnvironment } from '../restore-testing/validation-environment.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { DRILL_LOCK, DRILL_TAG } from './drill-names.ts';
import {
  allowAge,
  allowClear,
  allowFind,
  allowLock,
  allowReadChecks,
  allowReport,
  allowSweep,
  allowValidate,
} from './drill-permissions.ts';
import type { DrillSteps } from './drill-steps.ts';
import type { DrillFunctionsProps, ValidationProps } from './drill-functions-props.ts';
import { packedDrill } from './packed-drill.ts';

/** The functions of a drill, each with a role of its own. None is in the VPC but that of {@link addValidation}. */
export class DrillFunctions extends Construct implements DrillSteps {
  readonly lock: lambda.Function;
  readonly find: lambda.Function;
  readonly clear: lambda.Function;
  readonly readChecks: lambda.Function;
  readonly report: lambda.Function;
  /** Publishes how long ago a drill passed last. */
  readonly publishAge: lambda.Function;
  /** Begins an execution that clears, where something of a drill is left and none runs. */
  readonly sweep: lambda.Function;
  /** Of {@link lock} and {@link sweep}, which have to ask how executions stand that are known only when the state machine is. */
  readonly lockRole: iam.Role;
  readonly sweepRole: iam.Role;

  private readonly props: DrillFunctionsProps;
  private readonly logGroup: FunctionLogGroup;
  private readonly code: lambda.Code;

  constructor(scope: Construct, id: string, props: DrillFunctionsProps) {
    super(scope, id);
    this.props = props;
    this.code = packedDrill(this);
    this.logGroup = new FunctionLogGroup(this, 'Logs', props);
    const { auditBucket } = props;
    this.lockRole = this.role('Lock', (role) => allowLock(role, auditBucket));
    this.lock = this.defineFunction('Lock', 'lock', this.lockRole);
    this.find = this.defineFunction(
      'Find',
      'find',
      this.role('Find', (role) => allowFind(role, props)),
    );
    this.clear = this.defineFunction(
      'Clear',
      'clear',
      this.role('Clear', (role) => allowClear(role, props)),
    );
    this.readChecks = this.defineFunction(
      'ReadChecks',
      'readChecks',
      this.role('ReadChecks', (role) => allowReadChecks(role, props)),
    );
    this.report = this.defineFunction(
      'Report',
      'report',
      this.role('Report', (role) => allowReport(role, auditBucket)),
    );
    this.publishAge = this.defineFunction(
      'Age',
      'publishAge',
      this.role('Age', (role) => allowAge(role, auditBucket)),
    );
    this.sweepRole = this.role('Sweep', (role) => allowSweep(role, props));
    this.sweep = this.defineFunction('Sweep', 'sweep', this.sweepRole);
  }

  private role(id: string, allow: (role: iam.Role) => void): iam.Role {
    const role = this.logGroup.roleOf(this, `${id}Role`);
    allow(role);
    return role;
  }

  private defineFunction(id: string, handler: string, role: iam.Role): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: this.code,
      handler: `index.${handler}`,
      role,
      logGroup: this.logGroup,
      memorySize: 256,
      timeout: Duration.minutes(5),
      environment: { SETTINGS: this.settings },
    });
  }

  /** As drill.lambda/handlers.mjs reads them. */
  private get settings(): string {
    const { environmentName, objectives, auditBucket, copies, cluster, logGroup, checker, restorer } =
      this.props;
    return JSON.stringify({
      environment: environmentName,
      bucket: auditBucket.bucketName,
      note: COPIES_NOTE,
      lock: DRILL_LOCK,
      fence: FENCE,
      reports: DRILLS,
      manifests: MANIFESTS,
      cluster: cluster.clusterArn,
      tag: DRILL_TAG,
      logGroup: logGroup.logGroupName,
      checker,
      restorer,
      ...copies.settings,
      ...objectives,
    });
  }

  /** That of the restore tests, beside a database that a drill restores. It reaches S3 and that database alone. */
  addValidation({ network, ...props }: ValidationProps): lambda.Function {
    const role = this.role('Validate', (validating) => {
      allowInVpc(validating, 'validates what a drill has restored');
      allowValidate(validating, { network, ...props });
    });
    return new lambda.Function(this, 'Validate', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: packedHandlers(this, props.certificates),
      handler: 'index.validate',
      role,
      logGroup: this.logGroup,
      memorySize: 1024,
      timeout: Duration.minutes(15),
      vpc: network.vpc,
      vpcSubnets: network.databaseSubnets,
      securityGroups: [props.validationSecurityGroup],
      environment: validationEnvironment(props),
    });
  }
}
