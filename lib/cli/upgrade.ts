import { formatProblems } from '../../config/format-problems.ts';
import { loadEnvironmentFiles, type PlannedEnvironment, resolveAll } from '../../config/load.ts';
import { restoring } from '../../constructs/database-job/run-job.lambda/explain.mjs';
import { datedName } from '../dated-name.ts';
import type { ReleaseExecution } from '../release/release-execution.ts';
import { fencedProblem } from './fenced.ts';
import { followRelease } from './follow-release.ts';
import type { Output } from './selected-plans.ts';
import { upgradeArguments, type UpgradeArguments, USAGE } from './upgrade-arguments.ts';
import { beforeRelease, beforeUndo, goesOn } from './upgrade-texts.ts';
import { realTools, type ReleaseAccount, type UpgradeTools } from './upgrade-tools.ts';

export { USAGE };

/**
 * Brings the database of a medium or large environment to the release of this checkout, however long that takes, before
 * the deployment that rolls the services.
 *
 * @returns the exit code: 0 done, 1 not done, 2 called wrongly.
 */
export async function upgradeCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  tools: UpgradeTools = realTools(),
): Promise<number> {
  const given = upgradeArguments(args);
  if (typeof given === 'string') {
    errors.write(`${given}\n\n${USAGE}`);
    return 2;
  }
  const planned = resolveAll(await loadEnvironmentFiles(), { env: given.env });
  if (!planned.ok) {
    errors.write(`${formatProblems(planned.problems)}\n`);
    return 1;
  }
  const [environment] = planned.value;
  if (environment === undefined || environment.plan.tier === 'small') {
    errors.write(
      `${given.env} is small: there the upgrade happens in the deployment itself, npx cdk deploy -c env=${given.env} --all\n`,
    );
    return 2;
  }
  try {
    const since = await tools.fencedSince(environment.environment);
    if (since !== undefined) {
      errors.write(`${formatProblems([fencedProblem(environment.environment, since)], 'The upgrade')}\n`);
      return 1;
    }
    return await new Upgrade(given, environment, { out, errors, tools }).run();
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** One call of the command. */
class Upgrade {
  private readonly given: UpgradeArguments;
  private readonly environment: PlannedEnvironment;
  private readonly out: Output;
  private readonly errors: Output;
  private readonly tools: UpgradeTools;

  constructor(
    given: UpgradeArguments,
    environment: PlannedEnvironment,
    { out, errors, tools }: { readonly out: Output; readonly errors: Output; readonly tools: UpgradeTools },
  ) {
    this.given = given;
    this.environment = environment;
    this.out = out;
    this.errors = errors;
    this.tools = tools;
  }

  async run(): Promise<number> {
    const { env } = this.given;
    const account = await this.tools.connect(this.environment.environment.region);
    if ((await account.outputsOf(`${env}-Service`)) === undefined) {
      this.errors.write(
        `${env} was never deployed, so there is nothing to upgrade: npx cdk deploy -c env=${env} --all\n`,
      );
      return 1;
    }
    const execution = (await this.join(account)) ?? (await this.start(account));
    if (typeof execution === 'number') return execution;
    const ended = await this.follow(account, execution);
    return ended === undefined ? 1 : this.conclude(ended);
  }

  /** Undefined if the watching ended before the job. */
  private async follow(account: ReleaseAccount, execution: string): Promise<ReleaseExecution | undefined> {
    try {
      const { JobLogGroup: group = '', JobLogStreams: streams = '' } = await this.outputs(account);
      const ended = await followRelease(
        account.releases,
        { execution, log: { group, streams } },
        this.out,
        this.tools,
      );
      if (ended === undefined) this.out.write(`\n${goesOn(this.given)}`);
      return ended;
    } catch (error) {
      this.errors.write(goesOn(this.given));
      throw error;
    }
  }

  /** ARN of the execution that is running already; the exit code if it does something else. */
  private async join(account: ReleaseAccount): Promise<string | number | undefined> {
    const { StateMachine } = (await account.outputsOf(this.stack)) ?? {};
    const running = StateMachine && (await account.releases.running(StateMachine));
    if (!running) return undefined;
    const { input } = await account.releases.look(running);
    const until = input ? `until ${input.deadline.toISOString()} at most` : 'for twelve hours at most';
    if (input?.kind !== this.kind) {
      this.errors.write(
        `the job is running with another request (${input?.kind ?? 'unknown'}), ${until}: wait for it\n`,
      );
      return 1;
    }
    this.out.write(`Joined the execution that is running, ${until}.\n`);
    return running;
  }

  private async start(account: ReleaseAccount): Promise<string | number> {
    const { env, hours } = this.given;
    this.out.write(this.given.undo ? beforeUndo(this.given) : beforeRelease(this.given));
    const exitCode = await this.tools.deploy(this.stack, env);
    if (exitCode !== 0) {
      this.errors.write(`${this.stack} was not deployed, and the database was not touched\n`);
      return 1;
    }
    const { StateMachine = '' } = await this.outputs(account);
    const now = this.tools.now();
    const deadline = new Date(now + hours * 3_600_000);
    const name = datedName('upgrade', new Date(now));
    const execution = await account.releases.start(StateMachine, name, {
      request: { kind: this.kind },
      deadline,
    });
    this.out.write(`\nStarted ${name}; it is stopped at ${deadline.toISOString()} if it has not ended.\n`);
    return execution;
  }

  private async outputs(account: ReleaseAccount): Promise<Readonly<Record<string, string>>> {
    const outputs = await account.outputsOf(this.stack);
    if (outputs?.['StateMachine'] === undefined) {
      throw new Error(`the stack ${this.stack} has no output StateMachine: deploy it from this checkout`);
    }
    return outputs;
  }

  private get stack(): string {
    return `${this.given.env}-Release`;
  }

  private get kind(): 'release' | 'undo' {
    return this.given.undo ? 'undo' : 'release';
  }

  private conclude({ status, why, logStream, snapshot }: ReleaseExecution): number {
    const { env } = this.given;
    if (status === 'succeeded') {
      this.out.write(`\nDone. Now roll the services: npx cdk deploy -c env=${env} --all\n`);
      return 0;
    }
    const reasons = [why, logStream && `log stream ${logStream}`, snapshot && restoring(snapshot)];
    this.errors.write(
      `\nFailed: ${reasons.filter(Boolean).join('; ')}\nWhat served before goes on serving.\n`,
    );
    return 1;
  }
}
