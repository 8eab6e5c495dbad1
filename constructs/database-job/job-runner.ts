import {
  Duration,
  RemovalPolicy,
  Stack,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  custom_resources,
  type aws_ecs as ecs,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { logRetention } from '../shared/log-retention.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

const HANDLERS = fileURLToPath(new URL('./run-job.lambda', import.meta.url));

export interface JobRunnerProps {
  readonly cluster: ecs.ICluster;
  readonly task: ecs.FargateTaskDefinition;
  /** Where the task writes its report. */
  readonly taskLogs: logs.ILogGroup;
  /** Key of the functions' own logs. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/**
 * Starts one ECS task for CloudFormation and waits for it, longer than a Lambda function may run.
 *
 * What it defines: a function that starts the task, one that looks whether it has ended, and the CDK's provider
 * framework, whose state machine asks the second one every few seconds and answers CloudFormation.
 */
export class JobRunner extends Construct {
  /** For the custom resource that stands for the run. */
  readonly serviceToken: string;

  private readonly props: JobRunnerProps;
  private readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: JobRunnerProps) {
    super(scope, id);
    this.props = props;
    this.logGroup = this.defineLogGroup();
    const start = this.defineStart();
    const watch = this.defineWatch();
    this.serviceToken = this.defineProvider(start, watch).serviceToken;
  }

  private defineLogGroup(): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', {
      retention: logRetention(this.props.logRetentionDays),
      encryptionKey: this.props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private defineStart(): lambda.Function {
    const { task } = this.props;
    const role = this.defineRole('StartRole');
    // Not `task.grantRun`, which names one revision: the policy would change in the very deployment that uses it, and
    // a change of a policy takes a while to be in force.
    const anyRevision = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'task-definition',
      resourceName: `${task.family}:*`,
    });
    this.allowOnCluster(role, ['ecs:RunTask'], anyRevision);
    acknowledgeWildcard(
      role,
      anyRevision,
      'Every deployment that changes the job makes a new revision of its task definition. The wildcard stands for the revision number of this one family, and the condition for this one cluster.',
    );
    task.taskRole.grantPassRole(role);
    task.obtainExecutionRole().grantPassRole(role);
    // Whether the deployment is a rollback, in which nothing is run.
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['cloudformation:DescribeStacks'],
        resources: [Stack.of(this).stackId],
      }),
    );
    return this.defineFunction('Start', 'onEvent', role);
  }

  private defineWatch(): lambda.Function {
    const { cluster, taskLogs } = this.props;
    const role = this.defineRole('WatchRole');
    const anyTask = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'task',
      resourceName: `${cluster.clusterName}/*`,
    });
    this.allowOnCluster(role, ['ecs:DescribeTasks', 'ecs:StopTask'], anyTask);
    acknowledgeWildcard(
      role,
      anyTask,
      'ECS chooses the id of a task when it starts, so the policy cannot name it. The function describes and stops only the task whose ARN it was handed, and reaches no other cluster than this.',
    );
    taskLogs.grantRead(role);
    return this.defineFunction('Watch', 'isComplete', role);
  }

  private allowOnCluster(role: iam.Role, actions: readonly string[], resource: string): void {
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [...actions],
        resources: [resource],
        conditions: { ArnEquals: { 'ecs:cluster': this.props.cluster.clusterArn } },
      }),
    );
  }

  private defineProvider(start: lambda.Function, watch: lambda.Function): custom_resources.Provider {
    const provider = new custom_resources.Provider(this, 'Provider', {
      onEventHandler: start,
      isCompleteHandler: watch,
      queryInterval: Duration.seconds(15),
      // A backstop: the function that watches gives up earlier, and stops the task. The framework's own timeout leaves
      // it running.
      totalTimeout: Duration.minutes(58),
      frameworkOnEventRole: this.defineRole('ProviderStartRole'),
      frameworkCompleteAndTimeoutRole: this.defineRole('ProviderWatchRole'),
      logGroup: this.logGroup,
    });
    this.acknowledgeProvider(provider, start, watch);
    return provider;
  }

  private acknowledgeProvider(
    provider: custom_resources.Provider,
    start: lambda.Function,
    watch: lambda.Function,
  ): void {
    acknowledgeWildcard(
      this,
      `${start.functionArn}:*`,
      'The provider framework may invoke the function that starts the job. The wildcard stands for its versions and aliases, of which it has none.',
    );
    acknowledgeWildcard(
      this,
      `${watch.functionArn}:*`,
      'The provider framework may invoke the function that watches the job. The wildcard stands for its versions and aliases, of which there are none.',
    );
    acknowledgeWildcard(
      provider,
      `${frameworkFunction(provider, 'framework-isComplete').functionArn}:*`,
      'Role of the state machine that polls: it may invoke the polling function of the same provider, in whatever version, and one other.',
    );
    acknowledgeWildcard(
      provider,
      `${frameworkFunction(provider, 'framework-onTimeout').functionArn}:*`,
      'Role of the state machine that polls: it may invoke the timeout function of the same provider, in whatever version, when time is up.',
    );
    acknowledge(
      provider,
      'AwsSolutions-SF1',
      'Every event of this state machine carries the pre-signed URL with which anybody could answer CloudFormation in its place; it belongs in no log. What happens is in the logs of the functions.',
    );
    acknowledge(
      provider,
      'AwsSolutions-SF2',
      'The state machine repeats one call until the job has ended, a few times per deployment. There is no path to trace; the event of the stack says how it ended.',
    );
  }

  /** Not the managed policy that Lambda suggests, which lets a function write to every log group of the account. */
  private defineRole(id: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    return role;
  }

  private defineFunction(id: string, handler: 'onEvent' | 'isComplete', role: iam.Role): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(HANDLERS),
      handler: `index.${handler}`,
      role,
      logGroup: this.logGroup,
      memorySize: 256,
      timeout: Duration.minutes(2),
    });
  }
}

function frameworkFunction(provider: custom_resources.Provider, id: string): lambda.Function {
  const child = provider.node.findChild(id);
  if (!(child instanceof lambda.Function))
    throw new Error(`the provider framework has no function ${id} any more`);
  return child;
}
