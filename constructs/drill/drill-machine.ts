import {
  ArnFormat,
  Stack,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  type aws_kms as kms,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { StateMachineLogGroup } from '../shared/state-machine-log-group.ts';
import type { DrillFunctions } from './drill-functions.ts';
import { drillRole, type DrillRoleProps } from './drill-role.ts';
import { drillStates } from './drill-states.ts';

/** No state machine can catch these in its own states. */
const UNCAUGHT = ['States.Runtime', 'States.DataLimitExceeded'];

export interface DrillMachineProps extends Omit<DrillRoleProps, 'functions'> {
  readonly functions: DrillFunctions;
  /** Where the task runs, as RunTask takes it. */
  readonly networkConfiguration: Readonly<Record<string, unknown>>;
  /** Key of the machine's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that log is kept. */
  readonly logRetentionDays: number;
}

/**
 * The state machine of a drill. Its input is empty.
 *
 * Of an execution that is aborted, or breaks off, no state runs any more. Step Functions tells EventBridge, which starts another execution
 * that only clears and reports. Should that event be lost, or not say why an execution failed, a function does the same within
 * the hour.
 */
export class DrillMachine extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: DrillMachineProps) {
    super(scope, id);
    const { cluster, task, functions } = props;
    this.machine = new sfn.StateMachine(this, 'Machine', {
      comment: 'Tries the recovery in the Region of the copies',
      definitionBody: sfn.DefinitionBody.fromChainable(
        drillStates(this, {
          functions,
          clusterArn: cluster.clusterArn,
          source: props.source,
          runTask: {
            TaskDefinition: task.taskDefinitionArn,
            CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
            PlatformVersion: '1.4.0',
            NetworkConfiguration: props.networkConfiguration,
          },
        }),
      ),
      role: drillRole(this, props),
      logs: {
        destination: new StateMachineLogGroup(this, 'Logs', { ...props, prefix: 'odoo-drill' }),
        level: sfn.LogLevel.ALL,
        // What a state read and made is in the execution itself, for 90 days.
        includeExecutionData: false,
      },
    });
    acknowledge(
      this.machine,
      'AwsSolutions-SF2',
      'A drill a month, most of which is waiting; a trace would show no more than the log of the machine, which has every state with its time.',
    );
    this.askHowExecutionsStand([functions.lockRole, functions.sweepRole]);
    this.machine.grantStartExecution(functions.sweepRole);
    this.clearAfterCancellation();
  }

  /** A policy of its own: the functions are made before the machine. */
  private askHowExecutionsStand(roles: iam.IRole[]): void {
    const { machine } = this;
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${machine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const policy = new iam.Policy(this, 'Executions', {
      roles,
      statements: [
        new iam.PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }),
      ],
    });
    acknowledgeWildcard(
      policy,
      executions,
      'The lock names the execution that has it, whatever that is called; it is one of this state machine, and is read.',
    );
  }

  private clearAfterCancellation(): void {
    new events.Rule(this, 'Cancelled', {
      description: 'A drill was aborted, or broke off',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.machine.stateMachineArn],
          $or: [{ status: ['ABORTED', 'TIMED_OUT'] }, { status: ['FAILED'], error: UNCAUGHT }],
        },
      },
      targets: [
        new targets.SfnStateMachine(this.machine, {
          input: events.RuleTargetInput.fromObject({
            cancelled: events.EventField.fromPath('$.detail.executionArn'),
          }),
        }),
      ],
    });
  }
}
