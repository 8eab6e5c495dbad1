import type { aws_iam as iam } from 'aws-cdk-lib';

/** The copies that a drill restores a database from, as far as its functions have to do with them. */
export interface DrillCopies {
  /** What drill.lambda/handlers.mjs reads of them, and by what name a database that is made of them is found. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Lets a function look from when to when the database can be had. */
  allowFind(role: iam.Role): void;
  /** Lets a function see databases that drills have made. */
  allowSee(role: iam.Role): void;
  /** Lets a function remove them. */
  allowRemove(role: iam.Role): void;
}
