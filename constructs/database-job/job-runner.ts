import {
  ArnFormat,
  Duration,
  Stack,
  aws_iam as iam,
  aws_lambda as lambda,
  type aws_logs as logs,
  custom_resources,
  type aws_ecs as ecs,
  type aws_kms as kms,
  type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgePolling } from '../shared/acknowledge-polling.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { onCluster, tasksOf } from './release/release-role.ts';

const HANDLERS = fileURLToPath(new URL('./run-job.lambda', import.meta.url));

export interface JobRunnerProps {
  /** What runs the job. */
  readonly machine: sfn.StateMachine;
  /** Where the job's task runs. */
  readonly cluster: ecs.ICluster;
  /** Where the task writes its report. */
  readonly taskLogs: logs.ILogGroup;
  /** Key of the functions' own logs. */
  readonly logKey: kms.IKey;
  /** Days for which those are kept. */
  readonly logRetentionDays: number;
}

/**
 * Starts one execution of a release for CloudFormation and waits for it, longer than a Lambda function may run.
 *
 * What it defines: a function that starts the execution, one that looks whether it has ended, and the CDK's provider
 * framework, whose own state machine asks the second one every few seconds and answers CloudFormation.
 */
export class JobRunner extends Construct {
  /** For the custom resource that stands for the run. */
  readonly serviceToken: string;

  private readonly props: JobRunnerProps;
  private readonly logGroup: FunctionLogGroup;

  constructor(scope: Construct, id: string, props: JobRunnerProps) {
    super(scope, id);
    this.props = props;
    this.logGroup = new FunctionLogGroup(this, 'Logs', props);
    const start = this.defineStart();
    const watch = this.defineWatch();
    this.serviceToken = this.defineProvider(start, watch).serviceToken;
  }

  private defineStart(): lambda.Function {
    const { machine } = this.props;
    const role = this.logGroup.roleOf(this, 'StartRole');
    machine.grantStartExecution(role);
    // In a rollback nothing is run; the log then says what the latest execution left to restore from.
    machine.grant(role, 'states:ListExecutions');
    this.allowOnExecutions(role, ['states:DescribeExecution']);
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
    const role = this.logGroup.roleOf(this, 'WatchRole');
    this.allowOnExecutions(role, ['states:DescribeExecution', 'states:StopExecution']);
    const anyTask = tasksOf(role, cluster);
    role.addToPolicy(onCluster(cluster, ['ecs:StopTask'], anyTask));
    role.addToPolicy(onCluster(cluster, ['ecs:ListTasks'], '*'));
    acknowledgeWildcard(
      role,
      anyTask,
      'ECS chooses the id of a task when it starts, so the policy cannot name it. The function stops only tasks that its own execution started, and reaches no other cluster than this.',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Listing the tasks of a cluster knows no narrower resource; a condition limits it to this one. The function lists what its own execution started, to stop it.',
    );
    taskLogs.grantRead(role);
    return this.defineFunction('Watch', 'isComplete', role);
  }

  private allowOnExecutions(role: iam.Role, actions: readonly string[]): void {
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.props.machine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [executions] }));
    acknowledgeWildcard(
      role,
      executions,
      `Every deployment starts an execution of its own. The wildcard stands for its name; the state machine is this one (${actions.join(', ')}).`,
    );
  }

  private defineProvider(start: lambda.Function, watch: lambda.Function): custom_resources.Provider {
    const provider = new custom_resources.Provider(this, 'Provider', {
      onEventHandler: start,
      isCompleteHandler: watch,
      queryInterval: Duration.seconds(15),
      // A backstop: the function that watches gives up earlier, and stops what runs. The framework's own timeout leaves
      // it running.
      totalTimeout: Duration.minutes(58),
      frameworkOnEventRole: this.logGroup.roleOf(this, 'ProviderStartRole'),
      frameworkCompleteAndTimeoutRole: this.logGroup.roleOf(this, 'ProviderWatchRole'),
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
    acknowledgePolling(provider);
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
