/** Memory of one light and one heavy request in MiB, and the share of heavy ones: Odoo's deployment guide. */
const LIGHT_MIB = 150;
const HEAVY_MIB = 1024;
const HEAVY_SHARE = 0.2;

/** Average memory of one Odoo process in MiB: 0.8 x 150 + 0.2 x 1024, rounded up. */
const PROCESS_MIB = Math.ceil((1 - HEAVY_SHARE) * LIGHT_MIB + HEAVY_SHARE * HEAVY_MIB);

/** The process that serves websockets; Odoo starts one beside the HTTP workers. */
export const GEVENT_PROCESSES = 1;

/**
 * What a container task needs beside Odoo's workers: Odoo's master process (55 MiB measured), nginx with its cache and
 * temporary files in memory, in MiB.
 */
const TASK_OVERHEAD_MIB = 512;

/** Odoo's rule: no more than 2 x vCPU + 1 worker processes on a node, cron workers counted. */
export function workersAllowedOn(vcpu: number): number {
  return 2 * vcpu + 1;
}

/** vCPU that so many worker processes need by Odoo's rule. */
export function vcpuForWorkers(workers: number): number {
  return Math.ceil((workers - 1) / 2);
}

/** Memory of so many Odoo processes (HTTP, cron, websocket) in MiB. */
export function odooMemoryMiB(processes: number): number {
  return processes * PROCESS_MIB;
}

/** Memory of a container task with so many Odoo processes, in MiB. */
export function taskMemoryMiB(processes: number): number {
  return odooMemoryMiB(processes) + TASK_OVERHEAD_MIB;
}
