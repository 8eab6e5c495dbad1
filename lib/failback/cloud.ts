import type { Side } from '../../constructs/edge/dns-record.ts';
import type { FenceRegion } from '../failover/fence.ts';
import type { StackPurpose } from '../growth/cloud.ts';
import type { FilestoreCopyResult } from '../staging/filestore-copy.ts';

/**
 * What a failback does to both Regions of an environment, whatever its architecture. Each call may be repeated, and ends only
 * when its work is done.
 */
export interface FailbackCloud {
  /** Twelve digits, of the credentials in use. */
  account(): Promise<string>;
  /** CloudFormation's word for the state of a stack of a side, `undefined` where there is no such stack. */
  stackStatus(side: Side, purpose: StackPurpose): Promise<string | undefined>;
  /** What is wrong with the entry of a side, as a user of the domain would meet it. */
  probe(side: Side): Promise<string | undefined>;
  /** The fence of the primary Region. */
  fence(): Promise<FenceRegion>;
  /** Copies the attachments home that are missing there. @param since - what was deleted later is copied as well. */
  copyAttachments(since: Date): Promise<FilestoreCopyResult>;
  /** The recovery Region serves its database again. */
  takeBack(): Promise<void>;
  /** Deploys a stack of the recovered environment once more. */
  deployRecovered(purpose: StackPurpose): Promise<void>;
  /** Deletes a stack of the recovered environment, also one that is protected from that; what it retains is kept. */
  deleteRecovered(purpose: StackPurpose): Promise<void>;
}
