import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { nodeFile } from '../odoo-node/render-template.ts';
import { OdooTask } from './odoo-task.ts';
import type { OdooNode } from './odoo-task-props.ts';
import { ODOO_PATHS, odooCommand } from './task-layout.ts';

export interface CronTaskProps extends OdooNode {
  readonly vcpu: number;
  readonly memoryMiB: number;
  /** Cron workers of the whole environment. */
  readonly workers: number;
}

/**
 * Scheduled jobs of Odoo, and beside them what asks the database how it is: of this task there is always one, so that the
 * question is asked once.
 */
export class CronTask extends OdooTask {
  constructor(scope: Construct, id: string, props: CronTaskProps) {
    super(scope, id, { ...props, role: { kind: 'cron', cronWorkers: props.workers } });
    // No health check: nothing listens, and a process that ends is noticed without one.
    this.addContainer('Odoo', { ...odooCommand('cron', props.image.release), restart: true });
    this.addVitalSigns();
  }

  private addVitalSigns(): void {
    this.addContainer('VitalSigns', {
      entryPoint: ['python3', '-u', '-c', nodeFile('vital_signs.py')],
      command: [ODOO_PATHS.configuration],
      // No job ends because nobody asks; its silence is an alarm.
      essential: false,
      restart: true,
      mounts: [
        { sourceVolume: 'configuration', containerPath: '/etc/odoo', readOnly: true },
        { sourceVolume: 'data', containerPath: ODOO_PATHS.data, readOnly: true },
      ],
      stopTimeout: Duration.seconds(2),
    });
  }
}
