import type { Side } from '../../constructs/edge/dns-record.ts';
import type { FenceRegion } from '../failover/fence.ts';
import type { ReceiveRequest, StackPurpose } from '../growth/cloud.ts';
import type { DatabaseHandedOver, Received } from '../release/job-report.ts';
import type { FilestoreCopyResult } from '../staging/filestore-copy.ts';

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

/**
 * What a failback does to both Regions of an environment. Each call may be repeated, and ends only when its work is done.
 */
export interface FailbackCloud {
  /** Twelve digits, of the credentials in use. */
  account(): Promise<string>;
  /** CloudFormation's word for the state of a stack of a side, `undefined` where there is no such stack. */
  stackStatus(side: Side, purpose: StackPurpose): Promise<string | undefined>;
  /** What is wrong with the service behind a side's load balancer, as a user of the domain would meet it. */
  probe(side: Side): Promise<string | undefined>;
  /** The fence of the primary Region. */
  fence(): Promise<FenceRegion>;
  /** Copies the attachments home that are missing there. @param since - what was deleted later is copied as well. */
  copyAttachments(since: Date): Promise<FilestoreCopyResult>;
  /** Saves the database of the recovery Region; with `commit` it then serves nobody, whatever is deployed or started there. */
  handOver(request: HandOverRequest): Promise<DatabaseHandedOver>;
  /** The recovery Region serves its database again. */
  takeBack(): Promise<void>;
  /** Copies both objects home. */
  copyDump(keys: DumpKeys): Promise<void>;
  /** Restores it in the primary Region, and compares. */
  receive(request: ReceiveRequest): Promise<Received>;
  /** The database job of the primary Region brings its database to the deployed release and settings. */
  release(): Promise<void>;
  /** Deploys a stack of the recovered environment once more. */
  deployRecovered(purpose: StackPurpose): Promise<void>;
  /** Deletes a stack of the recovered environment, also one that is protected from that; what it retains is kept. */
  deleteRecovered(purpose: StackPurpose): Promise<void>;
}
