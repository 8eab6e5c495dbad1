import type { CoordinatedPoint } from '../backups/coordinate.ts';
import type { DatabaseWindow } from '../backups/copies.ts';
import type { BackupsReport, RegionReport, Surroundings } from '../backups/report.ts';
import { instant } from '../backups/words.ts';
import type { Style } from './style.ts';
import { wrap } from './text-layout.ts';

/** What to do with each point: the commands with the names that they need, and where the rest is written. */
export function restoreSteps(report: BackupsReport, { width }: Style): string {
  const chosen = report.regions.flatMap((region) => {
    const { point } = region.coordination;
    return point === undefined ? [] : [{ region, point }];
  });
  if (chosen.length === 0) return wrap('Nothing is known that could be restored: see above.', width, 2);
  const before =
    report.tier === 'small'
      ? 'Read docs/backup-and-restore.md#restoring-a-moment first.'
      : 'Read docs/recovery-points.md#restoring first. A restore makes a new database beside the one in service.';
  const where = `Restore in ${report.regions[0]?.region}, unless that Region is lost.`;
  const steps = chosen.flatMap(({ region, point }) => [
    '',
    `  In ${region.region}, ${instant(point.at)}:`,
    ...stepsFor(point, region, report).map((line) => `    ${line}`),
  ]);
  return [before, ...(chosen.length > 1 ? [where] : [])]
    .map((line) => wrap(line, width, 2))
    .concat(steps)
    .join('\n');
}

function stepsFor(point: CoordinatedPoint, region: RegionReport, report: BackupsReport): readonly string[] {
  const { source } = point;
  switch (source.kind) {
    case 'automated-backup':
      return toMoment(point.at, source, region, report);
    case 'recovery-point':
      return [
        'aws rds restore-db-instance-from-db-snapshot \\',
        ...options([
          ['region', region.region],
          ['db-snapshot-identifier', source.name],
          ['db-instance-identifier', `${report.environment}-restored`],
          ...surroundingOptions(region),
        ]),
        ...missingNetwork(region.surroundings),
      ];
    case 'pgbackrest':
      return region.role !== 'recovery'
        ? [
            `odoo-restore --to ${instant(point.at)} --replace-newer`,
            '(as root on the server, whose shell is the stack output Session)',
            'The server or its volume is gone: docs/backup-and-restore.md#the-data-volume-or-the-zone-is-lost',
          ]
        : [
            `The repository is a copy: ${source.name}`,
            'No command restores it in this Region yet: docs/recovery-points.md#the-region-is-lost',
          ];
    case 'dump':
      return [
        `aws s3 cp --region ${region.region} ${source.name} .`,
        'docs/backup-and-restore.md#without-aws-or-on-another-postgresql',
      ];
    default:
      return [
        `The recovery point is ${source.name}`,
        `in the vault ${region.surroundings.vault}: docs/recovery-points.md#a-recovery-point-of-the-data-volume`,
      ];
  }
}

function toMoment(
  at: Date,
  source: DatabaseWindow,
  region: RegionReport,
  { environment }: BackupsReport,
): readonly string[] {
  return [
    'aws rds restore-db-instance-to-point-in-time \\',
    ...options([
      ['region', region.region],
      sourceOption(source, region),
      ['restore-time', instant(at)],
      ['target-db-instance-identifier', `${environment}-restored`],
      ...surroundingOptions(region),
    ]),
    ...missingNetwork(region.surroundings),
  ];
}

/** RDS knows an instance by its name, one that was deleted by its resource id, a replica of backups by its own ARN. */
function sourceOption({ name, resourceId, arn, retained }: DatabaseWindow, { role }: RegionReport): Option {
  if (role === 'recovery') return ['source-db-instance-automated-backups-arn', arn];
  return retained ? ['source-dbi-resource-id', resourceId] : ['source-db-instance-identifier', name];
}

type Option = readonly [name: string, value: string | undefined];

function surroundingOptions({ surroundings }: RegionReport): readonly Option[] {
  return [
    ['db-subnet-group-name', surroundings.subnetGroup],
    ['vpc-security-group-ids', surroundings.securityGroup],
    ['db-parameter-group-name', surroundings.parameterGroup],
    ['no-publicly-accessible', ''],
  ];
}

/** Without these RDS takes what the account has for everything that names nothing. */
function missingNetwork({ subnetGroup }: Surroundings): readonly string[] {
  return subnetGroup === undefined
    ? [
        'Here is no network for it: make one first, or it lands in the default VPC. docs/recovery-points.md#the-region-is-lost',
      ]
    : [];
}

/** One option in each line, so that none is overlooked; what is not known is left out. */
function options(all: readonly Option[]): readonly string[] {
  const known = all.filter(([, value]) => value !== undefined);
  return known.map(
    ([name, value], index) =>
      `  --${name}${value === '' ? '' : ` ${value}`}${index === known.length - 1 ? '' : ' \\'}`,
  );
}
