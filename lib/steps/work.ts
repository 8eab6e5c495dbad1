/** Why work that is done step by step does not go on. The message says what to do. */
export class WorkProblem extends Error {}

/** How far such work is, for whoever goes on with it: what every journal has. */
export interface WorkJournal {
  /** ISO 8601, like all times here. */
  readonly started: string;
  /** When each step was begun last, and done; by their names. */
  readonly begun: Readonly<Partial<Record<string, string>>>;
  readonly done: Readonly<Partial<Record<string, string>>>;
}

/** Where a journal is kept. */
export interface JournalStore<Journal> {
  read(): Promise<Journal | undefined>;
  /** @throws if somebody else has written it since it was read here. */
  write(journal: Journal): Promise<void>;
}

export interface WorkProps<Journal> {
  readonly journals: JournalStore<Journal>;
  /** Shows a line to the operator. */
  readonly say: (text: string) => void;
  /** Whether the operator agrees. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly now?: () => Date;
}

/** Work on its way: its journal, and the operator. */
export class Work<Journal extends WorkJournal> {
  readonly say: (text: string) => void;
  private readonly workProps: WorkProps<Journal>;
  private current: Journal;

  constructor(props: WorkProps<Journal>, journal: Journal) {
    this.say = props.say;
    this.workProps = props;
    this.current = journal;
  }

  get journal(): Journal {
    return this.current;
  }

  get now(): Date {
    return this.workProps.now?.() ?? new Date();
  }

  /** Notes something, for good before it returns. */
  note(changes: Partial<Journal>): Promise<void> {
    return this.write({ ...this.current, ...changes });
  }

  /** Notes that a step begins. */
  begin(step: string): Promise<void> {
    return this.write({ ...this.current, begun: { ...this.current.begun, [step]: this.now.toISOString() } });
  }

  /** Notes that a step has ended, and what came of it. */
  end(step: string, result: Partial<Journal>): Promise<void> {
    const done = { ...this.current.done, [step]: this.now.toISOString() };
    return this.write({ ...this.current, ...result, done });
  }

  /** @throws WorkProblem if the operator does not agree. */
  async confirm(question: string, otherwise: string): Promise<void> {
    if (!(await this.workProps.confirm(question))) throw new WorkProblem(otherwise);
  }

  private async write(journal: Journal): Promise<void> {
    await this.workProps.journals.write(journal);
    this.current = journal;
  }
}
