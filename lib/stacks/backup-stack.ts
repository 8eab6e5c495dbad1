import type { Construct } from 'constructs';
import { RecoveryPoints } from '../../constructs/backup/recovery-points.ts';
import type { DataStack } from './data-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';

export interface BackupStackProps extends OdooStackProps {
  readonly dataStack: DataStack;
  /** @default - recovery points are not copied to another Region */
  readonly recoveryStack?: RecoveryStack;
  /** ARNs of what recovery points are made of. */
  readonly resourceArns: readonly string[];
}

/** Recovery points in a vault, and their copies in the recovery Region. */
export class BackupStack extends OdooStack {
  readonly recoveryPoints: RecoveryPoints;

  constructor(scope: Construct, props: BackupStackProps) {
    super(scope, 'Backup', props, { description: 'recovery points and their restore tests', stateful: true });
    const { environment, plan, dataStack, recoveryStack, resourceArns } = props;
    this.recoveryPoints = new RecoveryPoints(this, 'RecoveryPoints', {
      resourceArns,
      retention: environment.retention,
      windows: environment.windows,
      encryptionKey: dataStack.key,
      locked: plan.tier === 'large',
      copyTo: recoveryStack && [recoveryStack.vault],
    });
  }
}
