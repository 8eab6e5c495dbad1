import {
  CustomResource,
  custom_resources,
  Duration,
  type aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';

const CODE = fileURLToPath(new URL('restore-point.lambda', import.meta.url));

export interface CopiesLookupProps {
  /** Type of the resource, for example `Custom::RestorePoint`. */
  readonly resourceType: string;
  /** What restore-point.lambda/index.mjs exports for it. */
  readonly handler: 'onRestorePoint' | 'onSecrets';
  /** As the handler reads them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What its role may read. */
  readonly allow: (role: iam.Role) => void;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * What only the Region of the copies knows, looked up when it is deployed: synthesis asks AWS nothing, and nothing in a template
 * refers to the primary Region.
 */
export abstract class CopiesLookup extends Construct {
  protected readonly found: CustomResource;

  protected constructor(scope: Construct, id: string, props: CopiesLookupProps) {
    super(scope, id);
    const logGroup = new FunctionLogGroup(this, 'Logs', props);
    this.found = new CustomResource(this, 'Found', {
      resourceType: props.resourceType,
      serviceToken: this.provider(this.finder(props, logGroup), logGroup).serviceToken,
      properties: props.properties,
    });
  }

  private finder({ handler, settings, allow }: CopiesLookupProps, logGroup: FunctionLogGroup) {
    const role = logGroup.roleOf(this, 'FindRole');
    allow(role);
    return new lambda.Function(this, 'Find', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(CODE),
      handler: `index.${handler}`,
      role,
      logGroup,
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: JSON.stringify(settings) },
    });
  }

  private provider(find: lambda.Function, logGroup: FunctionLogGroup): custom_resources.Provider {
    const provider = new custom_resources.Provider(this, 'Provider', {
      onEventHandler: find,
      frameworkOnEventRole: logGroup.roleOf(this, 'ProviderRole'),
      logGroup,
    });
    acknowledgeWildcard(
      this,
      `${find.functionArn}:*`,
      'The provider framework may invoke the function that looks for copies. The wildcard stands for its versions and aliases, and it has none.',
    );
    return provider;
  }
}
