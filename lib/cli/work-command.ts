import { parseArgs } from 'node:util';
import { WorkProblem } from '../steps/work.ts';
import type { Output } from './selected-plans.ts';

/** What a command does with work that is done step by step. */
export interface WorkActs<Props> {
  /** Without an option: begins it, or goes on. */
  readonly go: (props: Props) => Promise<void>;
  readonly undo: (props: Props) => Promise<void>;
  readonly finish: (props: Props) => Promise<void>;
}

export interface WorkOptions<Props> {
  readonly env: string;
  /** Nothing is asked. */
  readonly yes: boolean;
  readonly act: (props: Props) => Promise<void>;
}

/** What `--env`, `--yes`, `--undo` and `--finish` ask for, or what is wrong with them. */
export function workOptions<Props>(
  args: readonly string[],
  { go, undo, finish }: WorkActs<Props>,
): WorkOptions<Props> | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        yes: { type: 'boolean', default: false },
        undo: { type: 'boolean', default: false },
        finish: { type: 'boolean', default: false },
      },
    });
    if (values.env === undefined) return '--env is missing';
    if (values.undo && values.finish) return '--undo and --finish exclude each other';
    return { env: values.env, yes: values.yes, act: values.undo ? undo : values.finish ? finish : go };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Works, and says why it did not get to the end: the exit code, 0 or 1. */
export async function workExitCode(work: () => Promise<void>, errors: Output): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    errors.write(error instanceof WorkProblem ? `${error.message}\n` : unexpected(error));
    return 1;
  }
}

/** A call that AWS refused, for example. What is known of it may be of use, and how to go on is always the same. */
function unexpected(error: unknown): string {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${said}\n\nInterrupted. Run the same command again to go on, or go back with --undo.\n`;
}
