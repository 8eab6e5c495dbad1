// @ts-check
import { REPORT_STYLE } from '../../audit/report-style.ts';
import { minutes } from './report.mjs';

const VERDICTS = {
  passed: 'Recovered and proven',
  failed: 'NOT proven',
  cancelled: 'Cancelled, and cleared away',
};

/**
 * A page that needs nothing else, not even a network.
 *
 * @param {import('./report.mjs').DrillReport} report
 */
export function htmlOf(report) {
  const { outcome, environment } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(environment)}: ${VERDICTS[outcome]}, ${escaped(report.begun)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>Recovery drill of ${escaped(environment)}</h1>
<p class="verdict ${outcome === 'passed' ? 'passed' : 'failed'}">${VERDICTS[outcome]}</p>
<p>The copies in the recovery Region were restored there, an Odoo was started on them that reaches nobody, and all of it was
removed again. A check that could not be made counts as failed.</p>
<dl>${factsOf(report)
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`)
    .join('')}</dl>
${report.sections.map(tableOf).join('\n')}
<table>
<caption>How long it took</caption>
<thead><tr><th scope="col">Phase</th><th scope="col">Time</th></tr></thead>
<tbody>${report.phases.map(({ phase, seconds }) => `<tr><th scope="row">${phase}</th><td>${minutes(seconds)}</td></tr>`).join('\n')}</tbody>
</table>
<h2>Issues</h2>
${report.issues.length === 0 ? '<p>None.</p>' : `<ul>${report.issues.map((issue) => `<li>${escaped(issue)}</li>`).join('\n')}</ul>`}
</main>
</body>
</html>
`;
}

/**
 * @param {import('./report.mjs').DrillReport} report
 * @returns {[string, string][]}
 */
function factsOf({ point, recoverySeconds, lostSeconds, ...report }) {
  return [
    ['Begun', report.begun],
    ['Ended', report.ended],
    ['Execution', report.execution],
    ['As of', point.time === undefined ? 'no point was found' : `${point.time}, of ${point.arn}`],
    ['Recovery time', recoverySeconds === undefined ? 'not measured' : minutes(recoverySeconds)],
    [
      'Recovery point',
      lostSeconds === undefined ? 'not measured' : `${minutes(lostSeconds)} of work would be lost`,
    ],
    ['Made and removed', report.removed.join(', ') || 'nothing'],
    ['Left behind', report.left.join(', ') || 'nothing'],
  ];
}

/**
 * @param {import('./report.mjs').Section} section
 * @param {number} index
 */
function tableOf({ title, passed, findings }, index) {
  // What failed is what somebody looks for.
  const rows = findings
    .toSorted((one, other) => Number(one.passed) - Number(other.passed))
    .map(
      ({ check, passed: ok, details }) =>
        `<tr class="${ok ? 'passed' : 'failed'}"><th scope="row">${escaped(check)}</th><td>${ok ? 'passed' : 'FAILED'}</td><td>${escaped(details)}</td></tr>`,
    );
  return `<table>
<caption>${index + 1}. ${title}: ${passed ? 'passed' : 'FAILED'}</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col">What was seen</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`;
}

/** What is shown comes from a database, too. */
function escaped(/** @type {string} */ text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
