import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import type { GrowthCloud } from './cloud.ts';
import type { Journal, JournalStore } from './journal.ts';

/** Why a growth does not go on. The message says what to do. */
export class GrowthProblem extends Error {}

export interface GrowthProps {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly cloud: GrowthCloud;
  readonly journals: JournalStore;
  /** Shows a line to the operator. */
  readonly say: (text: string) => void;
  /** Whether the operator agrees. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly now?: () => Date;
}

/** One growth on its way: what it works with, and its journal. */
export class Growth {
  readonly environment: Environment;
  readonly plan: Plan;
  readonly cloud: GrowthCloud;
  readonly say: (text: string) => void;
  private readonly props: GrowthProps;
  private current: Journal;

  constructor(props: GrowthProps, journal: Journal) {
    this.environment = props.environment;
    this.plan = props.plan;
    this.cloud = props.cloud;
    this.say = props.say;
    this.props = props;
    this.current = journal;
  }

  get journal(): Journal {
    return this.current;
  }

  get now(): Date {
    return this.props.now?.() ?? new Date();
  }

  /** Notes something, for good before it returns. */
  async note(changes: Partial<Journal>): Promise<void> {
    const journal = { ...this.current, ...changes };
    await this.props.journals.write(journal);
    this.current = journal;
  }

  /** @throws GrowthProblem if the operator does not agree. */
  async confirm(question: string, otherwise: string): Promise<void> {
    if (!(await this.props.confirm(question))) throw new GrowthProblem(otherwise);
  }
}
