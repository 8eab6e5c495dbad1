import type { Subject } from './subject.ts';

export type Hours = 72 | 48 | 24;

/** In the order in which they are due. */
export const STAGES: readonly { readonly hours: Hours; readonly title: string }[] = [
  { hours: 72, title: 'final and tested' },
  { hours: 48, title: 'frozen' },
  { hours: 24, title: 'ready' },
];

/** One line of the list, answered by checks or by a person. */
export interface GateItem {
  /** Hours before the first user by which it has to hold. */
  readonly hours: Hours;
  readonly asks: string;
  /** Names of checks; all of them have to pass. */
  readonly checks?: readonly string[];
  readonly person?: {
    /** For `--confirmed`. */
    readonly name: string;
    /** What to do before saying yes. */
    readonly todo: (subject: Subject) => string;
  };
  /** @default - to every environment */
  readonly appliesTo?: (subject: Subject) => boolean;
}

const isDrilled = ({ props, environment }: Subject): boolean =>
  props.stacks.some(({ name }) => name === `${environment.name}-Recovery-Drill`);
const hasCanary = (subject: Subject): boolean => subject.has('AWS::Synthetics::Canary');

/** What a go-live of Odoo takes, each item where it is due first. Some are asked again later, because they may change. */
export const GATE: readonly GateItem[] = [
  {
    hours: 72,
    asks: 'The infrastructure is final: this checkout is what is deployed, and nobody changed it by hand',
    checks: ['account', 'stacks', 'resources', 'templates', 'termination-protection', 'drift'],
  },
  {
    hours: 72,
    asks: 'It has the planned size and entry',
    checks: [
      'database-settings',
      'services',
      'scaling',
      'server',
      'data-volume',
      'load-balancer',
      'tls',
      'firewall',
    ],
  },
  {
    hours: 72,
    asks: 'The account allows what growth and recovery take',
    checks: ['quotas', 'recovery-size'],
  },
  {
    hours: 72,
    asks: 'Data is private, encrypted and copied, its keys and secrets are in order',
    checks: ['buckets', 'replication', 'vault', 'keys', 'secrets'],
  },
  { hours: 72, asks: 'Backups are proven by a restore', checks: ['backups', 'restore-proof'] },
  {
    hours: 72,
    asks: 'Backups are proven by a restore',
    appliesTo: (subject) =>
      subject.plan.tier !== 'small' && !subject.has('AWS::Backup::RestoreTestingSelection'),
    person: {
      name: 'restore-proven',
      todo: ({ environment }) =>
        `AWS Backup tests no restores in ${environment.region}: restore the newest backup beside the environment (npm run backups -- --env ${environment.name} prints how), and look into it`,
    },
  },
  { hours: 72, asks: 'The recovery was tried, in time', checks: ['drill'] },
  {
    hours: 72,
    asks: 'The recovery was tried, in time',
    appliesTo: (subject) => !isDrilled(subject),
    person: {
      name: 'recovery-tried',
      todo: ({ environment }) =>
        `No drill does it in this environment. Restore its newest backup beside it (npm run backups -- --env ${environment.name} prints how), look into it, and note how long it took: ${environment.objectives.rtoHours} h are promised`,
    },
  },
  { hours: 72, asks: 'Mail reaches everybody', checks: ['mail-domain', 'mail-access'] },
  {
    hours: 72,
    asks: 'Mail reaches everybody',
    appliesTo: ({ environment }) => environment.mail?.kind !== 'ses',
    person: {
      name: 'mail-sent',
      todo: ({ environment }) =>
        environment.mail === undefined
          ? 'Odoo sends no mail: the field mail of the environment file is missing. Say so only if nobody expects any (docs/mail.md)'
          : 'send a quotation from Odoo to an address of another company, and look at what arrived: sender, signature, not among spam (docs/mail.md#a-relay)',
    },
  },
  {
    hours: 72,
    asks: 'Monitoring is complete and reaches a person',
    checks: ['alarms', 'alarm-receiver', 'logs'],
  },
  {
    hours: 72,
    asks: 'The planned load was tried',
    person: {
      name: 'load-tested',
      todo: ({ environment, plan }) =>
        `let ${plan.testedConcurrentUsers} users work at the same time, on staging of the same size: response times under 3 s for 95 %; npm run simulate -- --env ${environment.name} says what to expect (docs/capacity.md)`,
    },
  },
  {
    hours: 72,
    asks: 'Users are trained',
    person: {
      name: 'users-trained',
      todo: ({ environment }) =>
        `each of the ${environment.users} users has done the own daily work once in staging; the list of names is signed`,
    },
  },
  {
    hours: 72,
    asks: 'Migrated data is signed off',
    person: {
      name: 'data-signed-off',
      todo: () =>
        'balances, stock, open orders, customers and vendors are compared with the old system by those who answer for them; each has signed',
    },
  },
  {
    hours: 72,
    asks: 'Support is on call',
    person: {
      name: 'support-on-call',
      todo: () =>
        'for the first five days somebody is named for each hour of work, gets the alarms, has opened docs/runbook.md, and has credentials that work: this command ran with them',
    },
  },
  {
    hours: 72,
    asks: 'Work goes on without Odoo for half a day',
    person: {
      name: 'paper-fallback',
      todo: () =>
        'forms for orders, deliveries and production are printed and lie where they would be needed; who enters them afterwards is named',
    },
  },
  {
    hours: 48,
    asks: 'Nothing is under way or waits: no deployment, change, restart, maintenance or rollback',
    checks: [
      'stacks',
      'services',
      'last-release',
      'database-status',
      'database-parameters',
      'database-maintenance',
    ],
  },
  {
    hours: 48,
    asks: 'What runs is what will be used: Odoo, PostgreSQL',
    checks: ['release', 'task-definitions', 'server', 'database-version'],
  },
  {
    hours: 48,
    asks: 'Certificates are valid for a month or more',
    checks: ['certificate', 'https', 'database-certificate'],
  },
  { hours: 48, asks: 'The domain leads here, by the planned record', checks: ['dns', 'templates'] },
  {
    hours: 48,
    asks: 'Modules are those of the phase',
    person: {
      name: 'modules-installed',
      todo: ({ environment: { odoo } }) =>
        `Odoo, Apps, filter Installed, holds ${modulesOf(odoo)}, and nothing that nobody knows`,
    },
  },
  {
    hours: 48,
    asks: 'Users can log in',
    person: {
      name: 'users-created',
      todo: ({ environment }) =>
        `up to ${environment.users} users exist with their groups, the password of admin is changed and kept, second factor: ${environment.signIn.twoFactor}`,
    },
  },
  {
    hours: 48,
    asks: 'Staging is a copy of what goes live',
    person: {
      name: 'staging-fresh',
      todo: ({ environment }) =>
        `npm run staging copied ${environment.name} after the last change of modules or data, and the day's work was done in it once (docs/staging.md)`,
    },
  },
  {
    hours: 48,
    asks: 'Changes are frozen',
    person: {
      name: 'changes-frozen',
      todo: () =>
        'everybody who could deploy or change settings knows it; the commit that is deployed is written down',
    },
  },
  { hours: 24, asks: 'No alarm rings', checks: ['alarm-states'] },
  {
    hours: 24,
    asks: 'The newest backup and its copies are fresh, the last restore is proven',
    checks: ['backups', 'restore-proof', 'fence'],
  },
  {
    hours: 24,
    asks: 'Odoo answers, on all of its nodes',
    checks: ['https', 'targets', 'services', 'server'],
  },
  {
    hours: 24,
    asks: 'Nothing was changed since the freeze',
    checks: ['templates', 'database-status', 'last-release', 'drift'],
  },
  {
    hours: 24,
    asks: 'No maintenance falls into the first day',
    checks: ['maintenance-window', 'database-maintenance'],
  },
  {
    hours: 24,
    asks: 'A user can work',
    appliesTo: (subject) => !hasCanary(subject),
    person: {
      name: 'pages-opened',
      todo: ({ environment }) =>
        `log in at ${environment.domain?.name ?? 'its address'} from the office, open a list and a form, print a PDF, watch a message in Discuss arrive without reloading`,
    },
  },
  {
    hours: 24,
    asks: 'The way back is known',
    person: {
      name: 'way-back',
      todo: ({ environment }) =>
        `written down: the moment to return to (npm run backups -- --env ${environment.name}), the commit, who decides until when, and who tells the users (docs/releases.md#how-to-undo)`,
    },
  },
  {
    hours: 24,
    asks: 'Somebody has decided to go',
    person: {
      name: 'go-decided',
      todo: () => 'whoever answers for it has seen this list, with everything above, and says go',
    },
  },
];

function modulesOf({ modules, phases, phase }: Subject['environment']['odoo']): string {
  const current = phases.findIndex(({ name }) => name === phase);
  const names = [...modules, ...phases.slice(0, current + 1).flatMap((each) => each.modules)];
  if (names.length === 0) return 'what was agreed on (the environment file names no modules)';
  return `${names.join(', ')}${phase === undefined ? '' : ` (everything up to ${phase})`}`;
}
