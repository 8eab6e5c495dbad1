import { type Change, differing } from './change.ts';
import { databaseChanges, startAdvice } from './database-changes.ts';
import { loginsPerMinute } from './login-limits.ts';
import type { Plan } from './plan.ts';
import { fargateVcpu } from './fargate.ts';
import { sources } from './sources.ts';

/** Everything that differs between two sizes of medium and large, in the order in which it is deployed. */
export function serviceChanges(before: Plan, after: Plan): readonly Change[] {
  return [
    ...tagChange(before, after),
    ...natChange(before, after),
    ...databaseChanges(before.database, after.database),
    ...firewallChange(before, after),
    ...webChanges(before, after),
    ...cronChange(before, after),
  ];
}

export function adviceForService(before: Plan, after: Plan): readonly string[] {
  const [had, needs] = [fargateVcpu(before).most, fargateVcpu(after).most];
  const { natGateways } = after.network;
  return [
    ...startAdvice(before, after),
    ...(needs > had
      ? [
          `check the quota of Fargate first (below): ${needs} vCPU instead of ${had}; short of it, the deployment hangs`,
        ]
      : []),
    ...(natGateways === before.network.natGateways
      ? []
      : [
          `Odoo calls out from ${natGateways} ${natGateways === 1 ? 'address' : 'addresses'} instead of ${before.network.natGateways}: tell whoever admits it by address, a mail relay for example`,
        ]),
  ];
}

function tagChange(before: Plan, after: Plan): readonly Change[] {
  return before.tier === after.tier
    ? []
    : [
        {
          what: 'Architecture',
          from: before.tier,
          to: after.tier,
          effect: 'none',
          duration: 'the same resources at another size; a tag on all of them',
          source: sources.project,
        },
      ];
}

function natChange({ network: before }: Plan, { network: after }: Plan): readonly Change[] {
  const [from, to] = [before.natGateways, after.natGateways];
  return from === to
    ? []
    : [
        {
          what: 'NAT gateways',
          from: `${from}`,
          to: `${to}`,
          effect: 'online',
          duration:
            'Odoo serves on; calls that it makes to the internet at that moment are cut and made again',
          source: sources.project,
        },
      ];
}

function firewallChange(before: Plan, after: Plan): readonly Change[] {
  const [from, to] = [firewallOf(before), firewallOf(after)];
  return from === to
    ? []
    : [
        {
          what: 'Firewall',
          from,
          to,
          effect: 'online',
          duration: 'in force within minutes, without a connection being closed',
          source: sources.waf,
        },
      ];
}

/** Its limit of log-ins follows the users. */
function firewallOf({ tier, users }: Plan): string {
  return tier === 'large' ? `AWS WAF, log-ins limited as for ${users} users` : 'none';
}

const WITHOUT_A_GAP =
  'nobody is away: a new node serves before an old one finishes what it has; websockets connect again within seconds';

function webChanges(before: Plan, after: Plan): readonly Change[] {
  const rows: readonly Change[] = [
    {
      what: 'Web node',
      ...differing(nodeOf(before), nodeOf(after)),
      effect: 'rolling',
      duration: WITHOUT_A_GAP,
      source: sources.rollingUpdate,
    },
    {
      what: 'Web nodes',
      from: countOf(before),
      to: countOf(after),
      effect: 'online',
      duration: 'nodes are started, or ended after what they serve: nothing restarts',
      source: sources.rollingUpdate,
    },
  ];
  return rows.filter(({ from, to }) => from !== to);
}

function nodeOf({ app, users }: Plan): readonly string[] {
  return [
    `${app.vcpu} vCPU`,
    `${app.memoryMiB / 1024} GiB`,
    `${app.workers} workers`,
    `${app.odoo.dbMaxconn} connections for each`,
    `${loginsPerMinute(users)} log-ins a minute from one address`,
  ];
}

function countOf({ app: { nodesMin, nodesMax } }: Plan): string {
  return nodesMin === nodesMax ? `${nodesMin}` : `${nodesMin} to ${nodesMax}`;
}

function cronChange(before: Plan, after: Plan): readonly Change[] {
  const { from, to } = differing(scheduledJobsOf(before), scheduledJobsOf(after));
  return from === to
    ? []
    : [
        {
          what: 'Scheduled jobs',
          from,
          to,
          effect: 'rolling',
          duration:
            'users notice nothing; scheduled jobs wait while the database job looks in and their task is replaced, a few minutes',
          source: sources.rollingUpdate,
        },
      ];
}

function scheduledJobsOf({ app, cron }: Plan): readonly string[] {
  return [
    `${cron.vcpu} vCPU`,
    `${cron.memoryMiB / 1024} GiB`,
    `${cron.workers} workers`,
    `${app.odoo.dbMaxconn} connections for each`,
  ];
}
