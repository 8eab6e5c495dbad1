import { recoveryLines } from './bill-copies.ts';
import { backupLines, operationLines } from './bill-data.ts';
import { fileLines } from './bill-files.ts';
import type { BillBasis, BillLine } from './bill-line.ts';
import { entryLines, networkLines } from './bill-traffic.ts';
import { rdsPriceKey } from './database-class.ts';
import type { ServerPlan } from './plan.ts';

/** What Ubuntu and the server's packages take in the snapshot of a golden image; assumed. */
const GOLDEN_IMAGE_GB = 4;

/** Everything that a plan is charged for, at its steady size: the least number of nodes. */
export function billLines(bill: BillBasis): readonly BillLine[] {
  const lines = [
    ...(bill.plan.server ? serverLines(bill, bill.plan.server) : serviceLines(bill)),
    ...(bill.plan.database.kind === 'rds' ? databaseLines(bill) : []),
    ...entryLines(bill),
    ...networkLines(bill),
    ...fileLines(bill),
    ...backupLines(bill),
    ...operationLines(bill),
    ...recoveryLines(bill),
  ];
  return lines.filter(({ quantity }) => quantity > 0);
}

function serverLines({ environment, hours }: BillBasis, server: ServerPlan): readonly BillLine[] {
  return [
    { item: `EC2 ${server.instanceType}`, key: `ec2.${server.instanceType}`, quantity: hours, unit: 'hours' },
    {
      item: 'EBS gp3 root volume',
      key: 'ebs.gp3.storage',
      quantity: server.rootVolumeGiB,
      unit: 'GB-months',
    },
    {
      item: 'EBS gp3 data volume',
      key: 'ebs.gp3.storage',
      quantity: server.dataVolume.sizeGiB,
      unit: 'GB-months',
    },
    {
      item: 'EBS snapshot of the golden image',
      key: 'ebs.snapshot.standard',
      quantity: environment.server.goldenImage === undefined ? 0 : GOLDEN_IMAGE_GB,
      unit: 'GB-months',
      estimated: true,
    },
  ];
}

function serviceLines({ environment, plan, hours }: BillBasis): readonly BillLine[] {
  const family = environment.architecture === 'arm64' ? 'fargate.arm64' : 'fargate.x86';
  const { app, cron } = plan;
  const web = app.nodesMin === 1 ? 'Fargate web, 1 node' : `Fargate web, ${app.nodesMin} nodes`;
  return [
    {
      item: `${web}: vCPU`,
      key: `${family}.vcpu`,
      quantity: app.nodesMin * app.vcpu * hours,
      unit: 'vCPU-hours',
    },
    {
      item: `${web}: memory`,
      key: `${family}.memory`,
      quantity: (app.nodesMin * app.memoryMiB * hours) / 1024,
      unit: 'GB-hours',
    },
    { item: 'Fargate cron: vCPU', key: `${family}.vcpu`, quantity: cron.vcpu * hours, unit: 'vCPU-hours' },
    {
      item: 'Fargate cron: memory',
      key: `${family}.memory`,
      quantity: (cron.memoryMiB * hours) / 1024,
      unit: 'GB-hours',
    },
  ];
}

function databaseLines({ plan: { database }, usage, hours }: BillBasis): readonly BillLine[] {
  const zones = database.multiAz ? 'multiAz' : 'singleAz';
  const inWords = database.multiAz ? 'Multi-AZ' : 'Single-AZ';
  return [
    {
      item: `RDS ${database.class}, ${inWords}`,
      key: rdsPriceKey(database.class, database.multiAz),
      quantity: hours,
      unit: 'hours',
    },
    {
      item: `RDS gp3 storage, ${inWords}`,
      key: `rds.gp3.storage.${zones}`,
      quantity: database.storageGiB,
      unit: 'GB-months',
    },
    {
      item: 'RDS continuous backup beyond the free share',
      key: 'rds.backup.storage',
      quantity: usage.paidBackupGB,
      unit: 'GB-months',
      estimated: true,
    },
  ];
}
