import { inspect } from 'node:util';
import type { Problem } from './problem.ts';

const WIDTH = 100;
const LABEL_WIDTH = 9;

/**
 * Problems for a terminal: how many there are, then a block for each that says where, what, what else and what to do.
 *
 * @param subject - what has them.
 */
export function formatProblems(problems: readonly Problem[], subject = 'The configuration'): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const blocks = problems.map((problem, index) =>
    [
      `${index + 1}. ${problem.path}`,
      line('given', given(problem.value)),
      line('problem', problem.message),
      line('allowed', problem.allowed),
      line('to do', problem.fix),
    ].join('\n'),
  );
  return [`${subject} has ${count}:`, ...blocks].join('\n\n');
}

function given(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : inspect(value, { depth: 2, breakLength: Infinity, maxStringLength: 200 });
}

/** A labelled text whose further lines begin below its first word. */
function line(label: string, text: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/)) {
    if (current !== '' && current.length + 1 + word.length > WIDTH - LABEL_WIDTH) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  lines.push(current);
  return `   ${label.padEnd(LABEL_WIDTH)}${lines.join(`\n${' '.repeat(LABEL_WIDTH + 3)}`)}`;
}
