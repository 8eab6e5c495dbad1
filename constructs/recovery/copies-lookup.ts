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
import { acknowledgePolling } from '../shared/acknowledge-polling.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';

const CODE = fileURLToPath(new URL('restore-point.lambda', import.meta.url));

/** How often it is asked whether what was begun is complete. */
const POLL = Duration.seconds(15);

export interface CopiesLookupProps {
  /** Type of the resource, for example `Custom::RestorePoint`. */
  readonly resourceType: string;
  /** Directory of the functions. @default - that of the restore point */
  readonly code?: string;
  /** What its index.mjs exports for it. */
  readonly handler: string;
  /**
   * Where what is found is also changed, and that takes longer than a function may run: what index.mjs exports to be asked
   * whether it is complete, and after how long the deployment fails.
   * @default - complete at once
   */
  readonly completion?: { readonly handler: string; readonly timeout: Duration };
  /** As the handler reads them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What its role may do. */
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
      serviceToken: this.provider(props, logGroup).serviceToken,
      properties: props.properties,
    });
  }

  private provider(props: CopiesLookupProps, logGroup: FunctionLogGroup): custom_resources.Provider {
    const { handler, completion, allow } = props;
    const role = logGroup.roleOf(this, 'FindRole');
    allow(role);
    const find = this.function('Find', handler, props, { role, logGroup });
    acknowledgeWildcard(
      this,
      `${find.functionArn}:*`,
      'The provider framework may invoke the function that looks for copies. The wildcard stands for its versions and aliases, and it has none.',
    );
    const onEvent = {
      onEventHandler: find,
      frameworkOnEventRole: logGroup.roleOf(this, 'ProviderRole'),
      logGroup,
    };
    if (completion === undefined) return new custom_resources.Provider(this, 'Provider', onEvent);
    const complete = this.function('Complete', completion.handler, props, { role, logGroup });
    acknowledgeWildcard(
      this,
      `${complete.functionArn}:*`,
      'The provider framework may invoke the function that looks whether it is complete. The wildcard stands for its versions and aliases, and it has none.',
    );
    const provider = new custom_resources.Provider(this, 'Provider', {
      ...onEvent,
      isCompleteHandler: complete,
      queryInterval: POLL,
      totalTimeout: completion.timeout,
      frameworkCompleteAndTimeoutRole: logGroup.roleOf(this, 'ProviderCompleteRole'),
    });
    acknowledgePolling(provider);
    return provider;
  }

  private function(
    id: string,
    handler: string,
    { code = CODE, settings }: CopiesLookupProps,
    surroundings: Pick<lambda.FunctionProps, 'role' | 'logGroup'>,
  ): lambda.Function {
    return new lambda.Function(this, id, {
      ...surroundings,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(code),
      handler: `index.${handler}`,
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { SETTINGS: JSON.stringify(settings) },
    });
  }
}
