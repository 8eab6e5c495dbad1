import { readFileSync } from 'node:fs';

/** Files of log lines: `logs/README.md` says what wrote them. */
export const LOG_FILES = [
  'nginx',
  'odoo-18.0',
  'odoo-19.0',
  'postgresql-rds',
  'postgresql-server',
  'vital-signs',
] as const;

export type LogFile = (typeof LOG_FILES)[number];

/** The events of a file, by what happened. */
export function logEvents(file: LogFile): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(`logs/${file}.txt`, import.meta.url), 'utf8');
  const events = text.split(/^# /m).filter((part) => part !== '');
  return new Map(
    events.map((part) => {
      const [label = '', ...lines] = part.trimEnd().split('\n');
      return [label, lines.join('\n')];
    }),
  );
}
