import type { DatabasePoint, DatabaseWindow, Filestore, UnusablePoint } from './copies.ts';
import type { Proof } from './proof.ts';

/** What one Region has to restore from. */
export interface Found {
  /** Databases that can be restored to any moment between two. */
  readonly windows: readonly DatabaseWindow[];
  /** Single moments of the database. */
  readonly points: readonly DatabasePoint[];
  readonly unusable: readonly UnusablePoint[];
  /** Absent: nothing is known of the attachments. */
  readonly filestore?: Filestore;
  /** Of each that is tested: the last test of a restore that passed, and the last one of all if that is another. */
  readonly proofs: readonly Proof[];
  /** The last test of a recovery point of the data volume. Small only; absent: none is known. */
  readonly volumeProof?: Proof;
  /** When what says how far the copies are was written. Recovery Region only. */
  readonly copiesToldAt?: Date;
  /** When the server wrote what can be restored. Small only. */
  readonly serverToldAt?: Date;
}
