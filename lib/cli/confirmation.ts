import { createInterface } from 'node:readline/promises';

/** Asks at the terminal. Where nobody can answer, the answer is no, unless it was given beforehand (`--yes`). */
export function confirmation(
  yes: boolean,
  say: (text: string) => void,
): (question: string) => Promise<boolean> {
  return async (question) => {
    if (yes || !process.stdin.isTTY) {
      say(`${question} ${yes ? 'yes (--yes)' : 'no (nobody to ask: use --yes)'}`);
      return yes;
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
    } finally {
      terminal.close();
    }
  };
}
