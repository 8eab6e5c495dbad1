import { spawn } from 'node:child_process';

/** How a program ended and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. Never the synchronous way: the AWS that the machine talks to lives in this very process.
 */
export function run(command: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A program that ends without reading its input is not an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/**
 * Runs a program that must succeed, and returns what it wrote to standard output.
 *
 * @throws Error with everything it wrote if it did not.
 */
export async function succeed(command: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, input);
  if (code !== 0) {
    throw new Error(`'${[command, ...args].join(' ')}' ended with code ${code}:\n${stdout}${stderr}`);
  }
  return stdout;
}

/** Runs a check again and again until it gives something other than undefined. */
export async function eventually<T>(
  what: string,
  seconds: number,
  check: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
