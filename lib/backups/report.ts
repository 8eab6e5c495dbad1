import type { Tier } from '../../config/sizing/plan.ts';
import type { Coordination } from './coordinate.ts';
import type { Found } from './found.ts';
import type { Role } from './role.ts';

/** What `npm run backups` finds; `--json` prints it, with moments as ISO 8601 texts. */
export interface BackupsReport {
  /** Name of the environment. */
  readonly environment: string;
  readonly tier: Tier;
  /** When AWS was asked. */
  readonly askedAt: Date;
  /** The moment of `--at`; absent: the newest that can be had. */
  readonly at?: Date;
  /** Hours of work that may be lost, as promised. */
  readonly rpoHours: number;
  /**
   * Where the environment runs, then where its copies are, and where it ran before it was brought back. What is said of one is
   * known from that Region alone.
   */
  readonly regions: readonly RegionReport[];
  /** What could not be found out, or cannot be restored. The exit code is 1 unless there is nothing. */
  readonly problems: readonly BackupProblem[];
}

export interface RegionReport extends Found {
  readonly region: string;
  readonly role: Role;
  /** What belongs together for the moment that was asked for. */
  readonly coordination: Coordination;
  readonly surroundings: Surroundings;
}

/** Names that a restore in a Region is asked for with, as far as there are any. */
export interface Surroundings {
  readonly subnetGroup?: string;
  readonly securityGroup?: string;
  readonly parameterGroup?: string;
  /** Vault of AWS Backup. */
  readonly vault?: string;
  /** The bucket with pgBackRest's repository, or its copy. Small only. */
  readonly backupBucket?: string;
  /** The bucket with the reports of restore tests, or its copy. */
  readonly auditBucket?: string;
}

export interface BackupProblem {
  readonly region: string;
  /** What it is about, for example `AWS Backup, vault odoo-1a2b`. */
  readonly what: string;
  readonly why: string;
  /** There was no answer, or none that could be read: whether something is wrong is not known. */
  readonly unanswered?: true;
}
