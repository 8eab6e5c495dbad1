import { aws_efs as efs, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Network } from '../network/network.ts';
import { EfsDirectory } from '../shared/efs-directory.ts';
import type { RecoveryRegion } from '../shared/recovery-region.ts';
import { FILESTORE_DIRECTORY } from './filestore-bucket.ts';

export interface EfsFilestoreProps {
  readonly network: Network;
  readonly encryptionKey: kms.IKey;
  /** @default - not copied to another Region */
  readonly replica?: RecoveryRegion;
  /**
   * One that an environment is brought back with, set up as {@link COLD_AFTER} says by who found it.
   * @default - one is made, which is empty
   */
  readonly existing?: { readonly fileSystemId: string };
}

/** Old attachments are read rarely; stored there they cost a fraction. */
export const COLD_AFTER = efs.LifecyclePolicy.AFTER_90_DAYS;

/**
 * The filestore where the Region has no S3 Files. It is then on EFS alone and backed up from there; the filestore
 * bucket exists as everywhere else, and waits for the day when it can be mounted.
 */
export class EfsFilestore extends EfsDirectory {
  constructor(scope: Construct, id: string, props: EfsFilestoreProps) {
    super(scope, id, {
      ...props,
      path: `/${FILESTORE_DIRECTORY}`,
      // nginx, another user, sends the attachments that Odoo names.
      permissions: '755',
      coldAfter: COLD_AFTER,
    });
  }
}
