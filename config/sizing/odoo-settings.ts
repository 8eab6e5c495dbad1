import type { Environment } from '../environment.ts';
import { GEVENT_CONNECTIONS, type OdooProcesses, poolPerProcess } from './connections.ts';
import type { OdooSettings } from './plan.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';

const GIB = 1024 ** 3;

/** Options of odoo.conf: limits, which are the same at every size, and the connection pools, which are not. */
export function odooSettings(
  environment: Environment,
  maxConnections: number,
  processes: OdooProcesses,
): Sized<OdooSettings> {
  const notes = new SizingNotes(environment);
  return notes.sized({
    limitMemorySoftBytes: notes.because(
      'app.odoo.limitMemorySoftBytes',
      2 * GIB,
      "Odoo's default: it counts virtual memory, of which an idle worker has 0.3 GiB; the 600 MiB of the guide's example recycle workers all the time",
      sources.measured,
    ),
    limitMemoryHardBytes: notes.because(
      'app.odoo.limitMemoryHardBytes',
      2.5 * GIB,
      "Odoo's default; virtual memory too",
      sources.odooCode,
    ),
    limitTimeCpuSeconds: notes.because(
      'app.odoo.limitTimeCpuSeconds',
      600,
      'ten minutes of CPU for an import or a large report',
      sources.odooDeploy,
    ),
    limitTimeRealSeconds: notes.because(
      'app.odoo.limitTimeRealSeconds',
      1200,
      'twenty minutes, waiting included',
      sources.odooDeploy,
    ),
    limitTimeRealCronSeconds: notes.because(
      'app.odoo.limitTimeRealCronSeconds',
      3600,
      'an hour before a scheduled job counts as stuck',
      sources.project,
    ),
    limitRequest: notes.because(
      'app.odoo.limitRequest',
      65_536,
      "Odoo's default number of requests before a worker is replaced",
      sources.odooCode,
    ),
    dbMaxconn: notes.because(
      'app.odoo.dbMaxconn',
      poolPerProcess(maxConnections, processes),
      'the largest pool up to 16 with which even full pools of all processes fit max_connections',
      sources.odooCode,
    ),
    dbMaxconnGevent: notes.because(
      'app.odoo.dbMaxconnGevent',
      GEVENT_CONNECTIONS,
      'websockets beyond it are told to try again later',
      sources.odooCode,
    ),
  });
}
