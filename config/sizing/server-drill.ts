import type { Environment } from '../environment.ts';
import type { DrillBasis } from './drill-estimate.ts';
import { drillTaskLines } from './drill-task-lines.ts';
import { drillDiskGiB, drilledServer } from './drilled.ts';
import type { Plan } from './plan.ts';
import { commonFigures, drillFigures, DRILL_TASK_HOURS, serverFigures } from './recovery-figures.ts';
import { takes, times } from './recovery-parts.ts';
import { databaseTodayGiB } from './storage.ts';
import { objectsIn } from './usage.ts';

/** A drill of small: one task of the size of the server. */
export function serverDrill(environment: Environment, plan: Pick<Plan, 'tier' | 'server'>): DrillBasis {
  const { vcpu, memoryMiB } = drilledServer(plan);
  const databaseGiB = databaseTodayGiB(environment);
  const attachments = Math.round(objectsIn(environment.storage.filestoreGiB));
  return {
    hours: DRILL_TASK_HOURS,
    hoursOf: 'task',
    phases: [
      takes('find', commonFigures.momentFound, 'the newest moment for which the copies are complete'),
      takes('packages', serverFigures.packages, 'the task starts, and gets the packages of the server'),
      takes(
        'restore',
        times(databaseGiB, serverFigures.fromCopyPerGiB),
        `${databaseGiB} GiB of database come from the copy, and its log is replayed`,
      ),
      takes(
        'validate',
        drillFigures.validated,
        `rows, modules and ${attachments.toLocaleString('en-US')} attachments are looked at; this is what a million took`,
      ),
      takes(
        'serve',
        drillFigures.odooChecked,
        'the copy is neutralized, and one Odoo starts on it and is looked at',
      ),
      takes('teardown', drillFigures.taskEnded, 'the task ends, and is seen to be gone'),
    ],
    lines: (hours) => drillTaskLines(environment, { vcpu, memoryMiB, diskGiB: drillDiskGiB(plan), hours }),
  };
}
