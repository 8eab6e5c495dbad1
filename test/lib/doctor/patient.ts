import { loadEnvironmentFiles, resolveAll, type PlannedEnvironment } from '../../../config/load.ts';
import { serverAccount, serviceAccount } from '../backups/account.ts';
import { awsDeployed } from '../../../lib/doctor/aws/aws-deployed.ts';
import type { Deployed } from '../../../lib/doctor/deployed.ts';
import type { Instruments } from '../../../lib/doctor/examine.ts';
import { expectedStacks } from '../../../lib/doctor/expected.ts';
import type { DrillReport } from '../../../lib/drill/drill-report.ts';
import type { ExpectedStack } from '../../../lib/doctor/subject.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { NOW, World } from './world.ts';

/** A single server in production, which no file describes. */
export const SMALL_WITH_COPIES = 'test';

/** What is shipped, and that. */
export const PATIENTS = ['dev', 'staging', 'prod', SMALL_WITH_COPIES] as const;

/** An environment, of `config/environments` or that one, in an account of its own, and everything that the doctor asks about it. */
export class Patient {
  readonly world: World;
  readonly backups: ReturnType<typeof serviceAccount>;
  fencedAt: Date | undefined;
  drill: DrillReport | undefined = DRILLED;
  now = NOW;
  readonly planned: PlannedEnvironment;
  readonly stacks: readonly ExpectedStack[];

  private constructor(planned: PlannedEnvironment, stacks: readonly ExpectedStack[]) {
    this.planned = planned;
    this.stacks = stacks;
    this.world = new World(planned, stacks);
    const account = planned.plan.tier === 'small' ? serverAccount : serviceAccount;
    this.backups = account(planned.environment.name, NOW);
  }

  /** Everything in order. */
  static async healthy(name: string): Promise<Patient> {
    let known = synthesized.get(name);
    if (known === undefined) {
      known = plannedAs(name);
      synthesized.set(name, known);
    }
    const { planned, stacks } = await known;
    return new Patient(planned, stacks);
  }

  get instruments(): Instruments {
    const { world, backups, planned } = this;
    const { region } = planned.environment;
    return {
      stacksOf: async () => this.stacks,
      // By AWS's own clients, over the wire.
      deployedIn: async (asked) => clientsIn(asked),
      backupsIn: async (asked) => (asked === region ? backups.primary : backups.recovery),
      drillsIn: async () => ({
        ...nobody(),
        deployed: async () => ({ machine: 'arn', reports: { bucket: 'copy', prefix: 'drills/' } }),
        lastReport: async () =>
          this.drill && { report: this.drill, json: 's3://copy/a.json', html: 's3://copy/a.html' },
      }),
      fenceIn: async () => ({
        ...nobody(),
        fence: async () => this.fencedAt && { fencedAt: this.fencedAt },
      }),
      outside: {
        lookUp: async (name) => ({ addresses: world.names[name] ?? [], ttl: world.ttl }),
        get: async (url) => {
          const page = world.pages[url] ?? new Error('nobody is there');
          if (page instanceof Error) throw page;
          return page;
        },
      },
      now: () => this.now,
    };
  }
}

/** They remember nothing, and take long to make: once for all tests that share a wire. */
const clients = new Map<string, Deployed>();

function clientsIn(region: string): Deployed {
  const wire = `${process.env['AWS_ENDPOINT_URL']} ${region}`;
  const known = clients.get(wire) ?? awsDeployed(region);
  clients.set(wire, known);
  return known;
}

/** Synthesized once: nothing changes it. */
const synthesized = new Map<string, ReturnType<typeof plannedAs>>();

async function plannedAs(name: string) {
  if (name === SMALL_WITH_COPIES) {
    const planned = { environment: environmentOf(10, production), plan: planOf(10, production) };
    return { planned, stacks: await expectedStacks(planned) };
  }
  const resolved = resolveAll(await loadEnvironmentFiles(), { env: name });
  const planned = resolved.ok ? resolved.value[0] : undefined;
  if (planned === undefined) throw new Error(`there is no environment ${name}`);
  return { planned, stacks: await expectedStacks(planned) };
}

/** The doctor asks for nothing else, and changes nothing. */
const never = async (): Promise<never> => {
  throw new Error('the doctor has no business with it');
};

function nobody() {
  return {
    running: never,
    start: never,
    look: never,
    begunAfter: never,
    reportOf: never,
    note: never,
    setFence: never,
    removeFence: never,
    isRecovered: never,
  };
}

export const DRILLED: DrillReport = {
  environment: 'prod',
  execution: 'arn',
  begun: new Date('2026-11-23T06:00:00Z'),
  ended: new Date('2026-11-23T07:10:00Z'),
  outcome: 'passed',
  point: {},
  phases: [],
  recoverySeconds: 4200,
  lostSeconds: 600,
  sections: [],
  issues: [],
  removed: [],
  left: [],
};
