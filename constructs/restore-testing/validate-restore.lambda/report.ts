import { REPORT_STYLE } from '../../audit/report-style.ts';
import type { Progress } from './progress.ts';
import type { Finding } from './finding.ts';
import type { RestoreTest } from './restore-test.ts';

/** What is kept of one restore test, for whoever has to sign that backups can be restored. */
export interface RestoreReport extends RestoreTest {
  /** Name of the environment, for example `prod`. */
  readonly environment: string;
  /** When the last check had ended. */
  readonly validated: string;
  readonly findings: readonly Finding[];
  readonly attachments?: Progress;
  /** Whether attachments are on EFS: those have a test of their own, and the database's does not look at them. */
  readonly attachmentsOnEfs: boolean;
}

export function hasPassed({ findings }: RestoreReport): boolean {
  return findings.length > 0 && findings.every(({ passed }) => passed);
}

/** AWS Backup shows no more of a message. */
const LONGEST_MESSAGE = 1000;

/** One line: what failed and why, or how much was looked at. */
export function messageOf(report: RestoreReport): string {
  const failed = report.findings.filter(({ passed }) => !passed);
  const text = hasPassed(report)
    ? `${report.findings.length} checks passed; ${extentOf(report)}`
    : failed.map(({ check, details }) => `${check}: ${details}`).join(' | ') || 'no check was made';
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 3)}...` : text;
}

function extentOf({ attachments, attachmentsOnEfs }: RestoreReport): string {
  if (attachments !== undefined) return `${attachments.checked} attachments`;
  return `attachments were not looked at${attachmentsOnEfs ? `: ${ON_EFS}` : ''}`;
}

const ON_EFS = 'they are on EFS, whose recovery points have a test of their own';

/** What was restored, for the head of the page and for what follows it. */
const RESTORED: Readonly<Record<RestoreTest['of'], { readonly what: string; readonly how: string }>> = {
  database: {
    what: 'the database',
    how: 'A backup was restored by AWS Backup into subnets without a way out, and what came back was compared with what an Odoo\nthat can be served must be, and with what was noted when the backup was made.',
  },
  filestore: {
    what: 'the filestore on EFS',
    how: 'A backup was restored by AWS Backup as a new file system and mounted in a subnet without a way out, and the files on it\nwere compared with the attachments that the database referred to when the backup was made, and still does.',
  },
};

/** A page that needs nothing else, not even a network. */
export function htmlOf(report: RestoreReport): string {
  const passed = hasPassed(report);
  const { what, how } = RESTORED[report.of];
  const verdict = passed ? 'Restored and proven' : 'NOT proven';
  const facts: readonly (readonly [string, string])[] = [
    ['Environment', report.environment],
    ['Recovery point', `${report.recoveryPoint}, ${report.recoveryPointArn}`],
    ['Of', report.resource],
    ['Restored as', `${report.restored}, restore job ${report.restoreJobId}`],
    ['Restore begun', report.restoreStarted],
    ['Last check ended', `${report.validated}, ${minutesBetween(report)} minutes later`],
    ...(report.attachments === undefined && report.of === 'database'
      ? [
          [
            'Not part of it',
            `attachments: they were not looked at${report.attachmentsOnEfs ? `; ${ON_EFS}` : ''}`,
          ] as const,
        ]
      : []),
  ];
  // What failed is what somebody looks for.
  const failedFirst = report.findings.toSorted((one, other) => Number(one.passed) - Number(other.passed));
  const rows = failedFirst.map(
    ({ check, passed: ok, details }) =>
      `<tr class="${ok ? 'passed' : 'failed'}"><th scope="row">${escaped(check)}</th><td>${ok ? 'passed' : 'FAILED'}</td><td>${escaped(details)}</td></tr>`,
  );
  const count = report.findings.filter(({ passed: ok }) => !ok).length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.environment)}: ${verdict}, ${escaped(report.recoveryPoint)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>Restore test of ${escaped(report.environment)}: ${what}</h1>
<p class="verdict ${passed ? 'passed' : 'failed'}">${verdict}${passed ? '' : `: ${count} of ${report.findings.length} checks failed`}</p>
<p>${how} A check that could not be made counts as failed.</p>
<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
<table>
<caption>What was checked</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col">What was seen</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</main>
</body>
</html>
`;
}

function minutesBetween({ restoreStarted, validated }: RestoreReport): number {
  return Math.round((Date.parse(validated) - Date.parse(restoreStarted)) / 60_000);
}

/** What is shown comes from a database, too. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
