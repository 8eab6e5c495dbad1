import type { HandedOver, ServerStatus, StackPurpose } from '../../growth/cloud.ts';
import type { Side } from '../../../constructs/edge/dns-record.ts';
import type { FailbackCloud } from '../cloud.ts';

/** What was copied, and what was there already. */
export interface CopiedBackups {
  readonly objects: number;
  readonly bytes: number;
}

/** Two Regions in which everything is on one server each, which leaves and finds it in backups. */
export interface ServerCloud extends FailbackCloud {
  /** What the server of a side says of itself. */
  serverStatus(side: Side): Promise<ServerStatus>;
  /** The recovered server stops its Odoo for good, saves everything, and waits until the last of its log is in its backups. */
  handOver(): Promise<HandedOver>;
  /** Leaves the mark of a handover among the backups at home: a server that begins with them serves nobody. */
  silenceHome(): Promise<void>;
  /** Removes that mark: the next server that begins with them serves. */
  unsilenceHome(): Promise<void>;
  /** Ends the server at home, if there is one, and sees that no other one is launched in its place; its volume stays. */
  stopHome(): Promise<void>;
  /** Deploys stacks of the primary Region as the environment file has them now, and no other. */
  deployHome(purposes: readonly StackPurpose[]): Promise<void>;
  /** Deletes a stack of the primary Region, also one that is protected from that; what it retains is kept. */
  deleteHome(purpose: StackPurpose): Promise<void>;
  /**
   * Moves the backups that are at home, but for that mark, below another prefix of the same bucket.
   *
   * @returns how many objects there were left to move
   */
  setHomeBackupsAside(prefix: string): Promise<number>;
  /** Copies what the recovered server has left to where a server at home looks for its backups, but for the mark. */
  bringBackupsHome(): Promise<CopiedBackups>;
  /** Moves what the recovered server has left below another prefix, so that the next one to be recovered does not begin with it. */
  setRecoveredBackupsAside(prefix: string): Promise<number>;
}
