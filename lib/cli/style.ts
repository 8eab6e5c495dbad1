import { styleText } from 'node:util';

/** How wide the terminal is, and whether it shows bold and dim text. */
export interface Style {
  readonly width: number;
  readonly colors: boolean;
}

/** A line with another one below it, after an empty line unless it is the title. */
export function heading(text: string, { colors, width }: Style, line = '-'): string {
  const shown = colors ? styleText('bold', text) : text;
  return `${line === '-' ? '\n' : ''}${shown}\n${line.repeat(Math.min(text.length, width))}`;
}
