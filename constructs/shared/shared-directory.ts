import type { aws_ecs as ecs } from 'aws-cdk-lib';
import type { IDependable } from 'constructs';

/** A directory that every Odoo task sees, whatever keeps it: S3 Files or EFS. */
export interface SharedDirectory {
  /** Adds the volume to a task definition and lets its task role use it; mount points are the caller's. */
  addVolumeTo(task: ecs.FargateTaskDefinition, volumeName: string): void;

  /**
   * What must exist before a task may start: an NFS mount without a mount target hangs silently instead of failing.
   */
  readonly readiness: IDependable;
}
