import {
  aws_scheduler as scheduler,
  aws_scheduler_targets as targets,
  Duration,
  type aws_stepfunctions as sfn,
  TimeZone,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** In EventBridge Scheduler's words: the first Sunday of a month, in the morning (UTC), so that Monday is there to look at it. */
const MONTHLY = '0 6 ? * SUN#1 *';

export interface DrillScheduleProps {
  readonly machine: sfn.IStateMachine;
}

/** Begins a drill each month. One that could not be begun is tried again for some hours; after that an alarm tells that none passed. */
export class DrillSchedule extends Construct {
  constructor(scope: Construct, id: string, { machine }: DrillScheduleProps) {
    super(scope, id);
    new scheduler.Schedule(this, 'Monthly', {
      description: 'Tries the recovery in the Region of the copies',
      schedule: scheduler.ScheduleExpression.expression(`cron(${MONTHLY})`, TimeZone.ETC_UTC),
      target: new targets.StepFunctionsStartExecution(machine, {
        // Without it Scheduler hands over a description of the event.
        input: scheduler.ScheduleTargetInput.fromObject({}),
        maxEventAge: Duration.hours(6),
      }),
    });
  }
}
