import type { Environment } from '../environment.ts';
import { rdsPriceKey } from './database-class.ts';
import type { DrillBasis } from './drill-estimate.ts';
import { drillTaskLines } from './drill-task-lines.ts';
import type { Plan } from './plan.ts';
import { commonFigures, DRILL_HOURS, drillFigures } from './recovery-figures.ts';
import { takes } from './recovery-parts.ts';
import { restoreByRds } from './service-recovery.ts';
import { objectsIn } from './usage.ts';

/** Hours for which the task is there; assumed, with the pull of the image. */
const TASK_HOURS = 0.5;

/** A drill of medium or large: a database of RDS for some hours, and a task for some minutes of them. */
export function serviceDrill(
  environment: Environment,
  { app, database }: Pick<Plan, 'app' | 'database'>,
): DrillBasis {
  const attachments = Math.round(objectsIn(environment.storage.filestoreGiB));
  return {
    hours: DRILL_HOURS,
    hoursOf: 'database, with the task for half an hour of them',
    phases: [
      takes('find', commonFigures.momentFound, 'the newest moment for which the copies are complete'),
      takes('restore', restoreByRds(environment), 'RDS restores the database'),
      takes(
        'validate',
        drillFigures.validated,
        `functions look at rows, modules and ${attachments.toLocaleString('en-US')} attachments; this is what a million took`,
      ),
      takes(
        'serve',
        drillFigures.odooChecked,
        'the copy is neutralized, and one Odoo starts on it and is looked at',
      ),
      takes('teardown', drillFigures.tornDown, 'task and database are removed, and seen to be gone'),
    ],
    lines: (hours, hoursPerMonth) => [
      {
        item: `RDS ${database.class}, Single-AZ`,
        key: rdsPriceKey(database.class, false),
        quantity: hours,
        unit: 'hours',
        estimated: true,
      },
      {
        item: 'RDS gp3 storage, Single-AZ',
        key: 'rds.gp3.storage.singleAz',
        quantity: database.storageGiB * (hours / hoursPerMonth),
        unit: 'GB-months',
        estimated: true,
      },
      ...drillTaskLines(environment, { ...app, hours: TASK_HOURS }),
    ],
  };
}
