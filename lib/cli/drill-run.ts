import type { PlannedEnvironment } from '../../config/load.ts';
import { estimateDrill } from '../../config/sizing/drill-estimate.ts';
import { shippedPrices } from '../../config/sizing/prices.ts';
import { datedName } from '../dated-name.ts';
import type { DeployedDrill, DrillAccount } from '../drill/drill-account.ts';
import type { DrillExecution } from '../drill/drill-execution.ts';
import { confirmation } from './confirmation.ts';
import type { DrillArguments } from './drill-arguments.ts';
import { DrillPhases } from './drill-phases.ts';
import { renderDrill } from './drill-report.ts';
import { beforeDrill, goesOn } from './drill-texts.ts';
import type { DrillTools } from './drill-tools.ts';
import { followExecution } from './follow-execution.ts';
import type { Output } from './selected-plans.ts';
import type { Style } from './style.ts';

/** Exit codes. */
const PROVEN = 0;
const NOT_PROVEN = 1;
export const NOTHING_BEGUN = 2;
const NOT_KNOWN = 3;

/** What is known before AWS has begun anything. */
export interface Asked {
  readonly given: DrillArguments;
  readonly planned: PlannedEnvironment;
  /** The recovery Region. */
  readonly region: string;
  readonly account: DrillAccount;
  readonly deployed: DeployedDrill;
}

export interface Surroundings {
  readonly out: Output;
  readonly errors: Output;
  readonly tools: DrillTools;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One call of the command, for an environment whose drills are deployed. */
export class DrillRun {
  private readonly asked: Asked;
  private readonly surroundings: Surroundings;

  constructor(asked: Asked, surroundings: Surroundings) {
    this.asked = asked;
    this.surroundings = surroundings;
  }

  async run(): Promise<number> {
    if (this.asked.given.last) return this.showLast();
    const execution = (await this.join()) ?? (await this.start());
    return typeof execution === 'number' ? execution : this.followToEnd(execution);
  }

  private async showLast(): Promise<number> {
    const { account, deployed, given } = this.asked;
    const last = await account.lastReport(deployed);
    if (last === undefined) {
      this.complain(`there is no report of a drill of ${given.env} yet`);
      return NOTHING_BEGUN;
    }
    this.say(renderDrill(last, this.style));
    return last.report.outcome === 'passed' ? PROVEN : NOT_PROVEN;
  }

  /** The drill that runs already: of several the oldest, because it is the one that the others are refused for. */
  private async join(): Promise<string | undefined> {
    const running = await this.running();
    const drill = running.find(({ clears }) => clears === undefined);
    if (drill !== undefined) {
      this.say(`A drill runs since ${drill.startedAt.toISOString()}, and is followed: ${drill.arn}\n`);
    }
    return drill?.arn;
  }

  private running(): Promise<readonly DrillExecution[]> {
    const { account, deployed } = this.asked;
    return account.running(deployed);
  }

  /** ARN of the execution, or the exit code where none was started. */
  private async start(): Promise<string | number> {
    const { account, deployed, given } = this.asked;
    await this.announce();
    const confirm = confirmation(given.yes, (text) => this.say(text));
    if (!(await confirm('Begin the drill?'))) return NOTHING_BEGUN;
    const interrupted = await this.waitForClearing();
    if (interrupted !== undefined) return interrupted;
    const name = datedName('drill', this.surroundings.tools.now());
    try {
      const arn = await account.start(deployed, name);
      this.say(`\nStarted ${arn}\nCtrl-C ends the watching, not the drill.\n`);
      return arn;
    } catch (error) {
      this.complain(
        `${textOf(error)}\n\nWhether ${name} was begun is not known: the same command follows it, if it runs.`,
      );
      return NOT_KNOWN;
    }
  }

  private async announce(): Promise<void> {
    const { planned, region, account, deployed } = this.asked;
    const { environment, plan } = planned;
    const estimate = estimateDrill(environment, plan, { region, prices: shippedPrices });
    const last = await account.lastReport(deployed);
    this.say(beforeDrill(planned, region, { estimate, last }, this.style));
  }

  /** After a drill that was cancelled another execution has the lock, until what the drill made is gone. */
  private async waitForClearing(): Promise<number | undefined> {
    const clearing = (await this.running()).find(({ clears }) => clears !== undefined);
    if (clearing === undefined) return undefined;
    this.say(`First ${clearing.arn} removes what ${clearing.clears} has left.\n`);
    const ended = await this.follow(clearing);
    if (ended !== undefined) return undefined;
    this.say('\nNo drill was begun.');
    return NOTHING_BEGUN;
  }

  private async followToEnd(arn: string): Promise<number> {
    const { given, region, account } = this.asked;
    const unknown = goesOn(given.env, region, arn);
    let ended: DrillExecution | undefined;
    try {
      ended = await this.follow(await account.look(arn));
    } catch (error) {
      this.complain(`${textOf(error)}\n\n${unknown}`);
      return NOT_KNOWN;
    }
    if (ended !== undefined) return this.conclude(ended);
    this.say(`\n${unknown}`);
    return NOT_KNOWN;
  }

  /** Undefined if the watching ended before the execution. */
  private async follow(execution: DrillExecution): Promise<DrillExecution | undefined> {
    const { account } = this.asked;
    const { out, tools } = this.surroundings;
    const phases = new DrillPhases(account, execution, out);
    try {
      return await followExecution(
        () => account.look(execution.arn),
        () => phases.show(tools.now()),
        tools,
      );
    } finally {
      phases.endLine();
    }
  }

  private async conclude(ended: DrillExecution): Promise<number> {
    const { status, why = '' } = ended;
    if (status === 'refused') {
      this.complain(`\nrefused: ${why}`);
      return NOTHING_BEGUN;
    }
    if (status === 'broken') {
      this.complain(
        `\nThe drill has not come to its end: ${why}\nNothing is proven. Another execution removes what it made; within the hour, should that one not be begun at once.`,
      );
      return NOT_PROVEN;
    }
    await this.showReport(ended);
    return status === 'succeeded' ? PROVEN : NOT_PROVEN;
  }

  /** The verdict is that of the state machine, which stands also where its report cannot be read. */
  private async showReport(ended: DrillExecution): Promise<void> {
    const { account, deployed } = this.asked;
    const { status, why = '' } = ended;
    try {
      const stored = await account.reportOf(deployed, ended);
      if (stored === undefined) this.complain(`\n${status}, and there is no report. ${why}`);
      else this.say(`\n${renderDrill(stored, this.style)}`);
    } catch (error) {
      this.complain(`\n${status}, and the report cannot be read: ${textOf(error)}\n${why}`);
    }
  }

  private say(text: string): void {
    this.surroundings.out.write(`${text}\n`);
  }

  private complain(text: string): void {
    this.surroundings.errors.write(`${text}\n`);
  }

  private get style(): Style {
    const { out } = this.surroundings;
    return { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
  }
}
