import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import type { FenceProps } from '../failover/fence.ts';
import { Work, WorkProblem, type WorkProps } from '../steps/work.ts';
import type { FailbackCloud } from './cloud.ts';
import type { FailbackJournal } from './journal.ts';
import type { WayHome } from './way-home.ts';

/** Why a failback does not go on. The message says what to do. */
export class FailbackProblem extends WorkProblem {}

export interface FailbackProps extends WorkProps<FailbackJournal> {
  readonly environment: Environment;
  readonly plan: Plan;
  /** Where the environment lives. */
  readonly recoveryRegion: string;
  readonly cloud: FailbackCloud;
  /** How its architecture goes home, with the same cloud. */
  readonly way: WayHome;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** One failback on its way: what it works with, and its journal. */
export class Failback extends Work<FailbackJournal> {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly recoveryRegion: string;
  readonly cloud: FailbackCloud;
  readonly way: WayHome;
  readonly sleep: (milliseconds: number) => Promise<unknown>;

  constructor(props: FailbackProps, journal: FailbackJournal) {
    super(props, journal);
    this.environment = props.environment;
    this.plan = props.plan;
    this.recoveryRegion = props.recoveryRegion;
    this.cloud = props.cloud;
    this.way = props.way;
    this.sleep = props.sleep;
  }

  /** What the fence of the primary Region is set and lifted with; who asked has been answered already. */
  async fencing(): Promise<FenceProps> {
    const { name, region } = this.environment;
    return {
      environment: name,
      region,
      recoveryRegion: this.recoveryRegion,
      cloud: await this.cloud.fence(),
      confirm: async () => true,
      say: this.say,
      now: () => this.now,
      sleep: async (milliseconds) => void (await this.sleep(milliseconds)),
    };
  }
}
