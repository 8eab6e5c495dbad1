import { duration, instant } from '../backups/words.ts';
import type { DrillReport, StoredReport } from '../drill/drill-report.ts';
import { heading, type Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

const VERDICTS: Readonly<Record<DrillReport['outcome'], string>> = {
  passed: 'recovered and proven',
  failed: 'NOT proven',
  cancelled: 'cancelled, and cleared away',
};

/** What a drill has found, for a terminal. */
export function renderDrill({ report, json, html }: StoredReport, style: Style): string {
  const { environment, outcome, sections, phases, issues } = report;
  return [
    heading(`${environment}: ${VERDICTS[outcome]}`, style, '='),
    alignRows(facts(report), style.width),
    ...sections.map((section, index) => sectionText(section, index, style)),
    heading('How long', style),
    alignRows(
      phases.map(({ phase, seconds }) => [phase, duration(seconds * 1000)]),
      style.width,
    ),
    heading('Issues', style),
    ...(issues.length === 0 ? ['  none'] : issues.map((issue) => wrap(`- ${issue}`, style.width, 2))),
    heading('Report', style),
    // Not broken: they are to be copied.
    `  ${html}`,
    `  ${json}`,
  ].join('\n');
}

function facts(report: DrillReport): readonly (readonly string[])[] {
  const { begun, ended, execution, point, recoverySeconds, lostSeconds, removed, left } = report;
  return [
    ['begun', instant(begun)],
    ['ended', instant(ended)],
    ['execution', execution],
    ['as of', point.time ?? 'no moment was found'],
    ['recovery time', recoverySeconds === undefined ? 'not measured' : duration(recoverySeconds * 1000)],
    [
      'recovery point',
      lostSeconds === undefined ? 'not measured' : `${duration(lostSeconds * 1000)} of work would be lost`,
    ],
    ['removed', removed.join(', ') || 'nothing'],
    ['left behind', left.join(', ') || 'nothing'],
  ];
}

function sectionText(
  { title, passed, findings }: DrillReport['sections'][number],
  index: number,
  style: Style,
): string {
  // What failed is what somebody looks for.
  const sorted = findings.toSorted((one, other) => Number(one.passed) - Number(other.passed));
  return [
    heading(`${index + 1}. ${title}: ${passed ? 'passed' : 'FAILED'}`, style),
    alignRows(
      sorted.map((finding) => [`${finding.passed ? '' : 'FAILED '}${finding.check}`, finding.details]),
      style.width,
    ),
  ].join('\n');
}
