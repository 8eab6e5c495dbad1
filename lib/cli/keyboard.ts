import { setTimeout as sleep } from 'node:timers/promises';
import type { Patience } from './follow-execution.ts';

/** Real time, and the Ctrl-C of a real keyboard. */
export function keyboard(): Patience {
  const pressed = new AbortController();
  let watched = false;
  return {
    interrupted: () => pressed.signal.aborted,
    async pause(seconds) {
      // Before the watching begins, Ctrl-C ends the command like any other.
      if (!watched) process.once('SIGINT', () => pressed.abort());
      watched = true;
      await sleep(seconds * 1000, undefined, { signal: pressed.signal }).catch(() => {});
    },
  };
}
