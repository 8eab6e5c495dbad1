import { reasonOf } from '../reason-of.ts';

/** Something that could not be read, and why. */
export interface Unread {
  readonly what: string;
  readonly why: string;
  /** The action that the credentials are not allowed, for example `rds:DescribeDBInstances`. */
  readonly missing?: string;
}

/** What a check has found so far. It collects: one thing that is wrong, or cannot be read, hides no other. */
export class Findings {
  /** What is not as it should be. */
  readonly faults: string[] = [];
  readonly unread: Unread[] = [];
  /** What is as it should be, or worth knowing. */
  readonly seen: string[] = [];

  fault(text: string): void {
    this.faults.push(text);
  }

  see(text: string): void {
    this.seen.push(text);
  }

  /** Notes one of two texts. */
  require(holds: boolean, seen: string, fault: string): void {
    if (holds) this.see(seen);
    else this.fault(fault);
  }

  /** Compares with a literal of a template. What refers to something else there is not compared: undefined is no claim. */
  expect(what: string, actual: Literal | undefined, planned: unknown): void {
    if (!isLiteral(planned)) return;
    // CloudFormation takes numbers and truth values as texts, too.
    this.require(
      String(actual) === String(planned),
      `${what} is ${planned}`,
      `${what} is ${actual ?? 'not set'}, planned is ${planned}`,
    );
  }

  /** The answer to a question; undefined where there is none, which is noted. */
  async read<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.cannotRead(what, error);
      return undefined;
    }
  }

  cannotRead(what: string, error: unknown): void {
    // The clients of AWS say some of it in several lines.
    const why = reasonOf(error).replaceAll(/\s+/g, ' ');
    this.unread.push({ what, why, missing: missingAction(error) });
  }
}

type Literal = string | number | boolean;

function isLiteral(value: unknown): value is Literal {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** AWS names it in its refusals, in all of its services alike. */
const NOT_ALLOWED = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)/;

function missingAction(error: unknown): string | undefined {
  return error instanceof Error ? NOT_ALLOWED.exec(error.message)?.[1] : undefined;
}
