import { REPORT_STYLE } from '../../audit/report-style.ts';
import type { Conclusion, Level } from './conclusions.ts';
import type { Gathered, Health } from './health.ts';
import type { Settings } from './settings.ts';

const LEVELS: Readonly<Record<Level, string>> = {
  act: 'TO DO',
  unknown: 'not known',
  watch: 'to watch',
  well: 'well',
};

/** What is not in the metrics, in every report. */
const LIMITS = [
  'How many people really worked is in no metric: the number of users is concluded from the load.',
  'CloudWatch keeps the history of alarms for 30 days: of a month of 31 days the first ones are missing.',
  'What the month has cost is on the bill and in the budget of the environment, not here: asking for it costs, and it is final days later.',
] as const;

/** A page that needs nothing else, not even a network. What is shown comes from a database, too. */
export function pageOf(
  settings: Settings,
  gathered: Gathered,
  health: Health,
  conclusions: readonly Conclusion[],
): string {
  const {
    months: [{ name: month }],
  } = gathered;
  const verdict = verdictOf(conclusions);
  const title = `${settings.environment}: ${month}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}: ${escaped(verdict)}</title>
<style>${REPORT_STYLE}.wide { overflow-x: auto; } tbody th { overflow-wrap: anywhere; min-width: 6rem; }</style>
</head>
<body>
<main>
<h1>Health of ${escaped(settings.environment)} in ${escaped(month)}</h1>
<p class="verdict ${conclusions.some(({ level }) => level === 'act') ? 'failed' : 'passed'}">${escaped(verdict)}</p>
<p>Architecture ${escaped(settings.tier)}, sized for ${settings.users} users. Made on ${escaped(gathered.now.toISOString().slice(0, 16).replace('T', ' '))} UTC.</p>
${table(
  'What it comes to',
  ['About', 'Verdict', 'What was seen'],
  conclusions.map(({ about, level, text }) => ({
    failed: level === 'act',
    cells: [about, LEVELS[level], text],
  })),
)}
${table(
  'Load: all requests; of everything else what 95 % of the days do not exceed',
  ['What', ...gathered.months.map(({ name }) => name)],
  health.load.map(({ what, values }) => ({ cells: [what, ...values.map((value) => value ?? 'not known')] })),
)}
${table(
  'Alarms that rang',
  ['Alarm', 'Times', 'For'],
  (gathered.rung ?? []).map(({ name, times, seconds }) => ({
    cells: [name, String(times), duration(seconds)],
  })),
)}
${table(
  'Open findings of the last look at the database',
  ['What', 'Severity', 'What was seen, and what to do'],
  (gathered.look?.findings ?? []).map(({ check, severity, object, seen, advice }) => ({
    failed: severity === 'urgent',
    cells: [`${check}: ${object}`, severity, `${seen}. ${advice}`],
  })),
)}
<h2>What this report does not know</h2>
<ul>${LIMITS.map((limit) => `<li>${escaped(limit)}</li>`).join('')}</ul>
</main>
</body>
</html>
`;
}

export function verdictOf(conclusions: readonly Conclusion[]): string {
  const count = (level: Level) => conclusions.filter((conclusion) => conclusion.level === level).length;
  const parts = [
    count('act') > 0 ? `${count('act')} to do` : 'nothing to do',
    ...(count('watch') > 0 ? [`${count('watch')} to watch`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} not known`] : []),
  ];
  return parts.join(', ');
}

interface Row {
  readonly failed?: boolean;
  readonly cells: readonly string[];
}

function table(caption: string, heads: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return `<p><strong>${escaped(caption)}</strong>: none.</p>`;
  const body = rows.map(
    ({ failed = false, cells: [head = '', ...cells] }) =>
      `<tr${failed ? ' class="failed"' : ''}><th scope="row">${escaped(head)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table>
<caption>${escaped(caption)}</caption>
<thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody>
</table></div>`;
}

/** The same as text for an e-mail. SNS takes subjects of up to 100 characters of ASCII. */
export function messageOf(
  settings: Settings,
  { months: [{ name: month }] }: Gathered,
  conclusions: readonly Conclusion[],
  page: string,
): { readonly subject: string; readonly message: string } {
  const lines = conclusions.map(({ about, level, text }) => `${LEVELS[level].padEnd(9)}  ${about}: ${text}`);
  return {
    subject: `Odoo ${settings.environment} in ${month}: ${verdictOf(conclusions)}`.slice(0, 100),
    message: [
      `Health of ${settings.environment} in ${month}: ${verdictOf(conclusions)}.`,
      '',
      ...lines,
      '',
      `With load, alarms and findings: ${page}`,
      `aws s3 cp ${page} report.html`,
      'What to do about each: docs/maintenance.md',
    ].join('\n'),
  };
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
