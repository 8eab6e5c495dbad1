import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { formatProblems } from '../../config/format-problems.ts';
import { loadEnvironmentFiles, type PlannedEnvironment, resolveAll } from '../../config/load.ts';
import type { Problem, Result } from '../../config/problem.ts';
import { announcement, reportText } from '../staging/announcement.ts';
import { planCopy } from '../staging/checks.ts';
import type { Cloud } from '../staging/cloud.ts';
import { configurationProblems } from '../staging/configuration-problems.ts';
import { copyProduction } from '../staging/copy-production.ts';
import { Patience } from '../staging/patience.ts';
import { fencedProblem, fencedSince, type FencedSince } from './fenced.ts';
import type { Output } from './selected-plans.ts';

export const USAGE = `npm run staging -- --from NAME [--to NAME] [--yes]

  --from NAME  the environment to copy, for example prod
  --to NAME    the environment that gets the copy, neutralized; staging if left out
  --yes        do not ask; for scripts
`;

/** Milliseconds between two looks at AWS, and after which waiting for one thing is given up. */
const LOOK_EVERY = 20_000;
const LOOK_FOR = 12 * 3_600_000;

/** What differs in tests. */
export interface StagingSurroundings {
  readonly environment: (name: string) => Promise<Result<readonly PlannedEnvironment[]>>;
  readonly cloud: (region: string) => Promise<Cloud>;
  readonly fencedSince: FencedSince;
  /** What a person types; undefined where nobody can. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Puts production's latest recovery point into another environment, neutralized (docs/staging.md).
 *
 * @returns the exit code: 0, 1 if something is wrong or went wrong, 2 if the command was called wrongly.
 */
export async function stagingCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  surroundings?: StagingSurroundings,
): Promise<number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  try {
    return await run(options, out, errors, surroundings ?? terminal(errors));
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

interface Options {
  readonly from: string;
  readonly to: string;
  readonly yes: boolean;
}

function optionsFrom(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        to: { type: 'string', default: 'staging' },
        yes: { type: 'boolean', default: false },
      },
    });
    const { from, to, yes } = values;
    return from === undefined ? '--from is missing: which environment is to be copied?' : { from, to, yes };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function run(
  options: Options,
  out: Output,
  errors: Output,
  { environment, cloud: cloudIn, fencedSince: since, ask, sleep, signal }: StagingSurroundings,
): Promise<number> {
  const refuse = (problems: readonly Problem[]) => {
    errors.write(`${formatProblems(problems)}\n`);
    return 1;
  };
  const selected = await selectedEnvironments(options, environment);
  if ('problems' in selected) return refuse(selected.problems);
  const { from, to } = selected;
  const problems = configurationProblems(from, to);
  if (problems.length > 0) return refuse(problems);
  const fencedAt = await since(from.environment);
  if (fencedAt !== undefined) return refuse([fencedProblem(from.environment, fencedAt)]);

  const cloud = await cloudIn(to.environment.region);
  const plan = await planCopy(from, to, cloud);
  if (!('source' in plan)) return refuse(plan);
  out.write(`${announcement(plan)}\n\n`);
  if (!options.yes) {
    const answer = await ask(`Type ${options.to} to go on: `);
    if (answer !== options.to) {
      errors.write(
        answer === undefined
          ? 'nobody can answer here: give --yes to go on without asking\n'
          : 'nothing was done\n',
      );
      return 1;
    }
  }
  const result = await copyProduction({
    plan,
    cloud,
    patience: new Patience({ interval: LOOK_EVERY, limit: LOOK_FOR, signal, sleep }),
    signal,
    say: (line) => out.write(`${line}\n`),
    now: () => new Date(),
  });
  out.write(`\n${reportText(plan, result)}\n`);
  return 0;
}

/** Both environments, or the problems of both at once. */
async function selectedEnvironments(
  { from, to }: Options,
  environment: StagingSurroundings['environment'],
): Promise<
  | { readonly from: PlannedEnvironment; readonly to: PlannedEnvironment }
  | { readonly problems: readonly Problem[] }
> {
  const [source, target] = await Promise.all([environment(from), environment(to)]);
  const problems = [source, target].flatMap((result) => (result.ok ? [] : result.problems));
  const [first, second] = [source, target].map((result) => (result.ok ? result.value[0] : undefined));
  return first && second ? { from: first, to: second } : { problems };
}

function terminal(errors: Output): StagingSurroundings {
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    errors.write('\ninterrupted: clearing up; a second Ctrl-C leaves that to the next run\n');
    interruption.abort(
      new Error(
        'interrupted; a database job that had everything already may still put the verified copy in service',
      ),
    );
  });
  return {
    environment: async (name) => resolveAll(await loadEnvironmentFiles(), { env: name }),
    // Only here: no other command needs AWS's libraries.
    cloud: async (region) => (await import('../staging/aws-cloud.ts')).awsCloud(region),
    fencedSince,
    ask: async (question) => {
      if (!process.stdin.isTTY) return undefined;
      const prompt = createInterface({ input: process.stdin, output: process.stdout });
      // Ctrl-C and Ctrl-D close it, and would leave the question open for ever.
      const answer = await Promise.race([prompt.question(question), once(prompt, 'close').then(() => '')]);
      prompt.close();
      return answer.trim();
    },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    signal: interruption.signal,
  };
}
