import type { ReceiveRequest } from '../../growth/cloud.ts';
import type { DatabaseHandedOver, Received } from '../../release/job-report.ts';
import type { FailbackCloud } from '../cloud.ts';

/** A dump and what was counted of it, by their keys in the backup bucket: the same on both sides. */
export interface DumpKeys {
  readonly dump: string;
  readonly manifest: string;
}

/** What the database job of the recovery Region is asked to save. */
export interface HandOverRequest extends DumpKeys {
  /** Whether nobody serves the database there any more afterwards; otherwise a rehearsal. */
  readonly commit: boolean;
}

/** Two Regions in which the database is one of RDS, and a job works with it. */
export interface ServiceCloud extends FailbackCloud {
  /** Saves the database of the recovery Region; with `commit` it then serves nobody, whatever is deployed or started there. */
  handOver(request: HandOverRequest): Promise<DatabaseHandedOver>;
  /** Copies both objects home. */
  copyDump(keys: DumpKeys): Promise<void>;
  /** Restores it in the primary Region, and compares. */
  receive(request: ReceiveRequest): Promise<Received>;
  /** The database job of the primary Region brings its database to the deployed release and settings. */
  release(): Promise<void>;
}
