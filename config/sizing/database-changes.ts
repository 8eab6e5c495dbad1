import type { Change } from './change.ts';
import { mostRdsConnections } from './connections.ts';
import type { DatabasePlan, Plan } from './plan.ts';
import { sources } from './sources.ts';

const numbers = new Intl.NumberFormat('en-US');

/** From this size on, RDS stripes gp3 over several volumes. */
const STRIPED_FROM_GIB = 400;

/** What differs between two sizes of an RDS instance. None of it replaces the instance. */
export function databaseChanges(before: DatabasePlan, after: DatabasePlan): readonly Change[] {
  return [
    ...parameterChange(before, after),
    ...standbyChange(before, after),
    ...classChange(before, after),
    ...storageChange(before, after),
  ];
}

function parameterChange(before: DatabasePlan, after: DatabasePlan): readonly Change[] {
  const { from, to } = changedParameters(before, after);
  return from === to
    ? []
    : [
        {
          what: 'PostgreSQL parameters',
          from,
          to,
          effect: 'restart',
          duration:
            'PostgreSQL restarts, about a minute (assumed, AWS names no time): CloudFormation restarts RDS for every change of a group that holds parameters read at start only',
          source: sources.rdsParameterGroup,
        },
      ];
}

/**
 * Class and parameters change in one deployment, in an order that nobody promises; with the connections of the larger
 * plan the class of the smaller one may not start.
 */
export function startAdvice(before: Plan, after: Plan): readonly string[] {
  const [less, more] =
    before.database.memoryMiB < after.database.memoryMiB ? [before, after] : [after, before];
  const connections = Math.max(before.database.maxConnections, after.database.maxConnections);
  return connections <= mostRdsConnections(less.database.memoryMiB)
    ? []
    : [
        `deploy twice, first ${less.users} users with overrides: { database: { class: '${more.database.class}' } } and then what you want: the two changes of the database come in no certain order, and ${connections} connections may keep ${less.database.class} from starting`,
      ];
}

/** Those that differ, in the engine's own units; both texts are empty where none does. */
export function changedParameters(before: DatabasePlan, after: DatabasePlan): Pick<Change, 'from' | 'to'> {
  const names = Object.keys({ ...before.parameters, ...after.parameters }).filter(
    (name) => before.parameters[name] !== after.parameters[name],
  );
  const inWords = ({ parameters }: DatabasePlan) =>
    names.map((name) => `${name} ${parameters[name] ?? 'not set'}`).join(', ');
  return { from: inWords(before), to: inWords(after) };
}

function standbyChange(before: DatabasePlan, after: DatabasePlan): readonly Change[] {
  return before.multiAz === after.multiAz
    ? []
    : [
        {
          what: 'Standby database',
          from: before.multiAz ? 'in a second zone' : 'none',
          to: after.multiAz ? 'in a second zone' : 'none',
          effect: 'online',
          duration: after.multiAz
            ? 'no interruption; storage is slower while the standby is filled'
            : 'no interruption',
          source: sources.rdsChange,
        },
      ];
}

function classChange(before: DatabasePlan, after: DatabasePlan): readonly Change[] {
  if (before.class === after.class) return [];
  const change = {
    what: 'Database class',
    from: sizeOf(before),
    to: sizeOf(after),
    source: sources.rdsChange,
  };
  return before.multiAz && after.multiAz
    ? [
        {
          ...change,
          effect: 'failover',
          duration:
            'RDS changes the standby and lets it take over: tens of seconds, by the word of AWS usually 60 to 120 at most',
        },
      ]
    : [
        {
          ...change,
          effect: 'minutes away',
          duration:
            'there is no standby: PostgreSQL is away while RDS moves its storage to another host and recovers it, minutes',
        },
      ];
}

function sizeOf({ class: name, vcpu, memoryMiB }: DatabasePlan): string {
  return `${name} (${vcpu} vCPU, ${memoryMiB / 1024} GiB)`;
}

function storageChange(before: DatabasePlan, after: DatabasePlan): readonly Change[] {
  const [from, to] = [storageOf(before), storageOf(after)];
  if (from === to) return [];
  const grows = after.storageGiB > before.storageGiB;
  return [
    {
      what: 'Database storage',
      from,
      to,
      effect: grows ? 'online' : 'none',
      duration: grows
        ? 'no interruption; somewhat slower until RDS has spread it, and not to be changed again for six hours'
        : 'only the limit up to which it grows by itself',
      source: sources.rdsChange,
    },
  ];
}

function storageOf({ storageGiB, storageMaxGiB }: DatabasePlan): string {
  const iops = storageGiB < STRIPED_FROM_GIB ? '3,000' : '12,000';
  return `${numbers.format(storageGiB)} GiB growing to ${numbers.format(storageMaxGiB)}, ${iops} IOPS`;
}
