import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { Work, WorkProblem, type WorkProps } from '../steps/work.ts';
import type { GrowthCloud } from './cloud.ts';
import type { Journal } from './journal.ts';

/** Why a growth does not go on. The message says what to do. */
export class GrowthProblem extends WorkProblem {}

export interface GrowthProps extends WorkProps<Journal> {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly cloud: GrowthCloud;
}

/** One growth on its way: what it works with, and its journal. */
export class Growth extends Work<Journal> {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly cloud: GrowthCloud;

  constructor(props: GrowthProps, journal: Journal) {
    super(props, journal);
    this.environment = props.environment;
    this.plan = props.plan;
    this.cloud = props.cloud;
  }
}
