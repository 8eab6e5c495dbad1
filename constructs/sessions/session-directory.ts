import type { aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Network } from '../network/network.ts';
import { EfsDirectory } from '../shared/efs-directory.ts';

export interface SessionDirectoryProps {
  readonly network: Network;
  readonly encryptionKey: kms.IKey;
}

/**
 * Odoo's login sessions, shared by all tasks: whichever task answers, and however many come and go, nobody is logged
 * out. On EFS and not beside the filestore, because Odoo renames a session file on every save, which S3 Files turns
 * into a copy and a deletion of an object.
 *
 * Not backed up: a restored session is a login that its owner may since have ended.
 */
export class SessionDirectory extends EfsDirectory {
  constructor(scope: Construct, id: string, { network, encryptionKey }: SessionDirectoryProps) {
    super(scope, id, {
      network,
      encryptionKey,
      path: '/sessions',
      // The name of a session file is all it takes to be that user: nobody but Odoo may list them.
      permissions: '700',
    });
  }
}
