export const SECONDS_BETWEEN_LOOKS = 5;

/** Time that passes, and somebody who has had enough of it. */
export interface Patience {
  /** Waits so many seconds, or until it is interrupted. */
  readonly pause: (seconds: number) => Promise<void>;
  /** Whether somebody pressed Ctrl-C. */
  readonly interrupted: () => boolean;
}

/**
 * Looks at an execution until it has ended, and shows what is new after each look: what it did before its end is there by then.
 *
 * @returns how it ended, or undefined when somebody interrupted the watching: the execution goes on then.
 */
export async function followExecution<T extends { readonly status: string }>(
  look: () => Promise<T>,
  show: (now: T) => Promise<void>,
  { pause, interrupted }: Patience,
): Promise<T | undefined> {
  while (!interrupted()) {
    const now = await look();
    await show(now);
    if (now.status !== 'running') return now;
    await pause(SECONDS_BETWEEN_LOOKS);
  }
  return undefined;
}
