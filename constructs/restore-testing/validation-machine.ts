import {
  aws_events as events,
  aws_events_targets as targets,
  type aws_iam as iam,
  type aws_kms as kms,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { StateMachineLogGroup } from '../shared/state-machine-log-group.ts';

export interface ValidationMachineProps {
  readonly comment: string;
  /** First of the states; their input is `restoreJobId`. */
  readonly states: sfn.IChainable;
  readonly role: iam.IRole;
  /** ARN of the restore testing plan whose restores are validated; other restores are nobody's business here. */
  readonly planArn: string;
  /** Key of the machine's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that log is kept. */
  readonly logRetentionDays: number;
}

/**
 * The state machine of a validation, begun with each restore test of a plan.
 *
 * The event that begins it is delivered at best effort. If it is lost, nothing is proven, and the alarm about the age of
 * the last proof says so.
 */
export function validationMachine(scope: Construct, props: ValidationMachineProps): sfn.StateMachine {
  const { comment, states, role, planArn } = props;
  const machine = new sfn.StateMachine(scope, 'Machine', {
    comment,
    definitionBody: sfn.DefinitionBody.fromChainable(states),
    role,
    logs: {
      destination: new StateMachineLogGroup(scope, 'Logs', { ...props, prefix: 'odoo-restore' }),
      level: sfn.LogLevel.ALL,
      includeExecutionData: false,
    },
  });
  acknowledge(
    machine,
    'AwsSolutions-SF2',
    'A handful of calls, a few times a month; a trace would show no more than the log of the machine, which has every state with its time.',
  );
  new events.Rule(scope, 'RestoreTested', {
    description: 'A restore test of AWS Backup has restored something',
    eventPattern: {
      source: ['aws.backup'],
      detailType: ['Restore Job State Change'],
      detail: { status: ['COMPLETED'], restoreTestingPlanArn: [planArn] },
    },
    targets: [
      new targets.SfnStateMachine(machine, {
        input: events.RuleTargetInput.fromObject({
          restoreJobId: events.EventField.fromPath('$.detail.restoreJobId'),
        }),
      }),
    ],
  });
  return machine;
}
