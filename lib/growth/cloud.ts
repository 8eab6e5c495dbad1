import type { Received } from '../release/job-report.ts';

/** Stacks of an environment, by what their names end with. */
export type StackPurpose =
  | 'Network'
  | 'Data'
  | 'Backup'
  | 'Edge'
  | 'Release'
  | 'Server'
  | 'Service'
  | 'Dns'
  | 'Operations'
  | 'Egress'
  | 'Recovery';

/** What the single server says of itself: `odoo-hand-over --status`. */
export interface ServerStatus {
  /** On disk. */
  readonly databaseBytes: number;
  /** Version of the module `base`, for example `19.0.1.3`. */
  readonly base: string;
  /** Attachments that the database refers to. */
  readonly files: number;
  readonly fileBytes: number;
  /** Seconds since each job of the backups last succeeded; null where it never did. */
  readonly backupAges: Readonly<Record<'database' | 'filestore' | 'dump', number | null>>;
  readonly handedOver: boolean;
}

/** What `odoo-hand-over` leaves in the backup bucket, by its keys. */
export interface HandedOver {
  readonly dump: string;
  readonly dumpBytes: number;
  readonly manifest: string;
  /** What each part took. Users waited for the last two. */
  readonly seconds: Readonly<Record<'copyBefore' | 'stop' | 'save', number>>;
}

/** What the database job is asked to restore, both by their keys in the backup bucket. */
export interface ReceiveRequest {
  readonly dump: string;
  /** What to compare with; absent in a rehearsal. */
  readonly manifest?: string;
  /** Whether it is served afterwards, or dropped. */
  readonly commit: boolean;
}

/** What a growth does to an environment's account. Each call may be repeated, and ends only when its work is done. */
export interface GrowthCloud {
  /** CloudFormation's word for the state of a stack, `undefined` where there is no such stack. */
  stackStatus(purpose: StackPurpose): Promise<string | undefined>;
  /** Deploys these stacks as the environment file has them now, and no other. */
  deploy(purposes: readonly StackPurpose[]): Promise<void>;
  /** Deletes a stack, also one that is protected from that; what it retains is kept. */
  deleteStack(purpose: StackPurpose): Promise<void>;
  /** Template of a stack as it is deployed. */
  templateOf(purpose: StackPurpose): Promise<string>;
  /** Brings a stack back to a template that it had. */
  restoreTemplate(purpose: StackPurpose, template: string): Promise<void>;
  /** Key of the newest nightly dump in the backup bucket. */
  newestDump(): Promise<string | undefined>;
  serverStatus(): Promise<ServerStatus>;
  /** Stops the server's Odoo for good and saves everything. */
  handOver(): Promise<HandedOver>;
  /** The server's Odoo serves again. */
  takeBack(): Promise<void>;
  receive(request: ReceiveRequest): Promise<Received>;
  /** Takes the new side's database out of service, so that a deployment by mistake finds none; it is kept. */
  withdraw(): Promise<void>;
  /** What is wrong with the service behind the load balancer, as a user of the domain would meet it. */
  probe(): Promise<string | undefined>;
  /** Makes a snapshot of the server's data volume; its id. */
  snapshotDataVolume(): Promise<string>;
}
