import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems } from '../../config/format-problems.ts';
import {
  loadEnvironmentFiles,
  type PlannedEnvironment,
  resolveAll,
  type Selection,
} from '../../config/load.ts';
import { Assembly } from './assembly.ts';
import { CdkCli } from './cdk-cli.ts';
import type { DeployedResource } from './deployed-resources.ts';
import { Emulator } from './emulator.ts';
import { LocalDeployment, type SynthesizedEnvironment } from './local-deployment.ts';
import { emulatorPython } from './python.ts';
import { LocalRecovery, refusalOf } from './recovery.ts';
import type { Reporter } from './reporter.ts';
import { localFolder } from './workspace.ts';

/** Played by the emulator where no environment names an account; no real account has this number. */
const NO_ACCOUNT = '000000000000';

/** User counts that the medium environment is changed to while it runs: within medium, then into large. */
const RESIZES = [60, 120];

/** The environments of `config/environments`, or another user count of one of them. */
export async function plannedEnvironments(selection: Selection = {}): Promise<readonly PlannedEnvironment[]> {
  const resolved = resolveAll(await loadEnvironmentFiles(), selection);
  if (!resolved.ok) throw new Error(formatProblems(resolved.problems));
  return resolved.value;
}

/** Synthesizes environments with their policy checks; needs no account. */
export async function synthesizeAll(
  planned: readonly PlannedEnvironment[],
  reporter: Reporter,
): Promise<readonly SynthesizedEnvironment[]> {
  const synthesized: SynthesizedEnvironment[] = [];
  for (const each of planned) {
    const { name, region } = each.environment;
    const assembly = await reporter.step(`Synthesize ${name}`, (progress) =>
      Assembly.synthesize(new CdkCli(region), name, {}, progress),
    );
    reporter.line(
      `  ${assembly.resourceCount} resources in ${assembly.stackNames.join(', ')}; no open policy finding`,
    );
    synthesized.push({ ...each, assembly });
  }
  return synthesized;
}

/** What is shown: everything, or the recovery of what has a recovery Region, and nothing that it does not need. */
export type Extent = 'everything' | 'recovery';

/** What the emulator can show: deploy, read back, repeat, bring back in the recovery Region, resize, remove. */
export async function deployLocally(
  environments: readonly SynthesizedEnvironment[],
  python: string,
  reporter: Reporter,
  extent: Extent = 'everything',
): Promise<void> {
  const { account, region, regions } = whereTo(environments);
  reporter.section('Start the local AWS emulator');
  const interpreter = await reporter.step('Prepare MiniStack in .local/venv', () => emulatorPython(python));
  const emulator = await reporter.step('Start MiniStack', () =>
    Emulator.start({ python: interpreter, account, region, hostedZones: hostedZonesOf(environments) }),
  );
  // The CDK's command line remembers of which account an access key is, and an environment may name another one than in the last run.
  rmSync(join(localFolder('cdk-home'), 'cache'), { recursive: true, force: true });
  reporter.line(`  ${emulator.endpoint}, log in .local/logs/emulator.log`);
  // Without a handler a signal ends the process before what it started is ended.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    const local = new LocalDeployment({ reporter, emulator, region });
    const [first] = environments;
    if (first) await local.bootstrap(account, regions, first.assembly);
    const recovery = new LocalRecovery({ reporter, emulator, home: local });
    await exercise(local, recovery, environments, reporter, extent);
  } finally {
    emulator.stop();
  }
}

async function exercise(
  local: LocalDeployment,
  recovery: LocalRecovery,
  environments: readonly SynthesizedEnvironment[],
  reporter: Reporter,
  extent: Extent,
): Promise<void> {
  reporter.section('Deploy and read back');
  for (const each of environments) await local.deploy(each);
  if (extent === 'everything') {
    reporter.section('Deploy again without a change');
    for (const each of environments) await local.deployUnchanged(each);
  }
  reporter.section('Bring back in the recovery Region');
  const kept: DeployedResource[] = [];
  for (const each of environments.filter(hasRecoveryRegion)) {
    const refusal = refusalOf(each);
    if (refusal === undefined) kept.push(...(await recovery.exercise(each)));
    else reporter.line(refusal);
  }
  const atLast = extent === 'everything' ? await resize(local, environments, reporter) : environments;
  reporter.section('Remove everything and look for leftovers');
  await local.destroy(atLast, kept);
}

/** Whether an environment can be brought back somewhere. */
export function hasRecoveryRegion({ environment }: PlannedEnvironment): boolean {
  return environment.recoveryRegion !== undefined;
}

/** @returns the environments as they are afterwards. */
async function resize(
  local: LocalDeployment,
  environments: readonly SynthesizedEnvironment[],
  reporter: Reporter,
): Promise<readonly SynthesizedEnvironment[]> {
  reporter.section('Change the number of users in place');
  const current = new Map(environments.map((each) => [each.environment.name, each]));
  const growing = environments.find(
    ({ plan }) => plan.tier === 'medium' && plan.users < Math.min(...RESIZES),
  );
  if (growing) {
    for (const users of RESIZES) {
      const target = await atSize(growing, users, reporter);
      await local.resize(target);
      current.set(growing.environment.name, target);
    }
    const [last] = [...current.values()].filter(
      ({ environment }) => environment.name === growing.environment.name,
    );
    if (last) await local.deployUnchanged(last);
  } else {
    reporter.line(`no environment of the medium architecture below ${RESIZES[0]} users: nothing is resized`);
  }
  return [...current.values()];
}

async function atSize(
  { environment }: PlannedEnvironment,
  users: number,
  reporter: Reporter,
): Promise<SynthesizedEnvironment> {
  const [planned] = await plannedEnvironments({ env: environment.name, users });
  if (!planned) throw new Error(`${environment.name} cannot be planned for ${users} users`);
  const assembly = await reporter.step(`Synthesize ${environment.name} with ${users} users`, (progress) =>
    Assembly.synthesize(new CdkCli(environment.region), environment.name, { users }, progress),
  );
  return { ...planned, assembly };
}

/** The one account and Region that the environments share, and every Region to bootstrap. */
function whereTo(environments: readonly PlannedEnvironment[]): {
  readonly account: string;
  readonly region: string;
  readonly regions: readonly string[];
} {
  const all = environments.map(({ environment }) => environment);
  const accounts = new Set(all.flatMap(({ account }) => account ?? []));
  const deployedTo = new Set(all.map(({ region }) => region));
  const [region] = deployedTo;
  if (region === undefined || accounts.size > 1 || deployedTo.size > 1) {
    throw new Error(
      `the emulator plays one account and one Region, the environments name accounts [${[...accounts].join(', ')}] ` +
        `and Regions [${[...deployedTo].join(', ')}]; deploy those of the others to real accounts`,
    );
  }
  const regions = new Set(
    all.flatMap((environment) => [environment.region, environment.recoveryRegion ?? []].flat()),
  );
  return { account: [...accounts][0] ?? NO_ACCOUNT, region, regions: [...regions] };
}

function hostedZonesOf(environments: readonly PlannedEnvironment[]): Readonly<Record<string, string>> {
  const zones = environments.flatMap(({ environment }) => environment.domain?.hostedZone ?? []);
  return Object.fromEntries(zones.map(({ id, name }) => [id, name]));
}
