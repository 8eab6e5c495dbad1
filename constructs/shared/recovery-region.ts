import type { aws_kms as kms } from 'aws-cdk-lib';

/** Where a service keeps the copies that it makes by itself. */
export interface RecoveryRegion {
  /** For example `eu-west-1`. */
  readonly region: string;
  /** Key of that Region, which the copies are encrypted with. */
  readonly encryptionKey: kms.IKey;
}
