import { vi } from 'vitest';

/** Lets time pass, of vitest's clock, until it is settled. */
export async function untilEnded<T>(promise: Promise<T>, stepMs = 1000): Promise<T> {
  const watch = { over: false };
  void promise.finally(() => (watch.over = true));
  while (!watch.over) await vi.advanceTimersByTimeAsync(stepMs);
  return promise;
}

/** The error that an execution ended with, if it did. */
export function errorOf(result: Promise<unknown>): Promise<string | undefined> {
  return result.then(
    () => undefined,
    ({ cause }: { cause: { name: string } }) => cause.name,
  );
}
