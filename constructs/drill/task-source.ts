import type { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type Continued, type DrillSource, override } from './drill-source.ts';

/** Container that restores, and variable in it with the moment. */
export const RESTORED_MOMENT = { container: 'Restore', variable: 'MOMENT' };

/** A database that the task restores by itself, looks at and has for itself: nothing of it is left when the task has ended. */
export class TaskSource implements DrillSource {
  readonly phaseOfTask = 'restore';
  readonly overrides = [override(RESTORED_MOMENT.container, RESTORED_MOMENT.variable, '$.point.time')];
  readonly unseen =
    "States.Array(States.Format('the task of drill {}, perhaps: nobody saw it go', $.drill.id))";

  restored(_: Construct, { afterwards }: Continued): sfn.IChainable {
    return afterwards;
  }

  removed(_: Construct, afterwards: sfn.IChainable): sfn.IChainable {
    return afterwards;
  }

  allow(): void {
    // To run and to stop the task, which every drill may.
  }
}
