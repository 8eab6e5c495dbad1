import { styleText } from 'node:util';
import { instant } from '../backups/words.ts';
import type { CheckResult } from '../doctor/check.ts';
import { type DoctorReport, outcomeOf } from '../doctor/report.ts';
import { gateText } from './doctor-gate-texts.ts';
import { heading, type Style } from './style.ts';
import { wrap } from './text-layout.ts';

/** What was found, for a newcomer and for whoever was woken up: the worst first, each with what to do. */
export function renderDoctor(report: DoctorReport, style: Style, { all }: { readonly all: boolean }): string {
  const { checks, environment, tier, askedAt, missingPermissions } = report;
  const withVerdict = (verdict: CheckResult['verdict']) =>
    checks.filter((check) => check.verdict === verdict);
  const [failed, unknown, passed] = [
    withVerdict('failed'),
    withVerdict('not checkable'),
    withVerdict('passed'),
  ];
  return [
    heading(`${environment}: ${tier}, looked at ${instant(askedAt)}`, style, '='),
    `${failed.length} failed, ${unknown.length} not checkable, ${passed.length} passed`,
    ...section(
      'Failed',
      failed.map((check) => failedText(check, style)),
      style,
      'red',
    ),
    ...section('Not checkable', unknownTexts(unknown, environment, style), style, 'yellow'),
    ...permissions(missingPermissions, style),
    ...(all
      ? section(
          'Passed',
          passed.map((check) => passedText(check, style)),
          style,
          'green',
        )
      : []),
    ...(report.goLive === undefined ? [] : [gateText(report.goLive.stages, style)]),
    heading('In short', style),
    wrap(conclusion(report, all), style.width, 2),
  ].join('\n');
}

/** Of what has failed as many lines as show what kind of thing it is. */
const FAULTS = 12;

/** Of what has passed so many lines are enough for a person. */
const SHOWN = 6;

type Color = 'red' | 'yellow' | 'green';

function section(title: string, texts: readonly string[], style: Style, color: Color): readonly string[] {
  if (texts.length === 0) return [];
  const mark = style.colors ? styleText(color, title) : title;
  // As wide as what is seen of it.
  return [`\n${mark}\n${'-'.repeat(title.length)}`, ...texts];
}

function failedText({ name, asks, faults, todo, page }: CheckResult, { width }: Style): string {
  return [
    wrap(`! ${name}: ${asks}`, width, 2).slice(2),
    ...faults.slice(0, FAULTS).map((fault) => wrap(fault, width, 4)),
    ...(faults.length > FAULTS ? [`    and ${faults.length - FAULTS} more; --json has them all`] : []),
    hanging('To do', `${todo}.`, width),
    hanging('See', page, width),
  ].join('\n');
}

/** One reason is said once, however many checks it has kept from an answer. */
function unknownTexts(
  checks: readonly CheckResult[],
  environment: string,
  { width }: Style,
): readonly string[] {
  const byReason = new Map<string, Set<string>>();
  for (const { name, unread } of checks) {
    const reasons =
      unread.length === 0 ? [`${environment} has nothing that it looks at`] : unread.map(({ why }) => why);
    for (const why of reasons) byReason.set(why, (byReason.get(why) ?? new Set()).add(name));
  }
  return [...byReason].map(([why, names]) =>
    [wrap(`? ${[...names].join(', ')}`, width, 2).slice(2), wrap(why, width, 4)].join('\n'),
  );
}

function permissions(missing: readonly string[], style: Style): readonly string[] {
  if (missing.length === 0) return [];
  return [
    heading('What the credentials may not do, and should', style),
    ...missing.map((action) => `  ${action}`),
    wrap(
      'All that it asks for is in the policy of docs/doctor.md, which reads and changes nothing.',
      style.width,
      2,
    ),
  ];
}

function passedText({ name, asks, basis, seen }: CheckResult, { width }: Style): string {
  const texts = [...new Set(seen)];
  const shown = texts.slice(0, SHOWN);
  const source = basis === 'this project' ? '' : ` (${basis})`;
  return [
    wrap(`  ${name}: ${asks}${source}`, width, 2).slice(2),
    ...shown.map((text) => wrap(text, width, 4)),
    ...(texts.length > SHOWN ? [`    and ${texts.length - SHOWN} more like this; --json has them all`] : []),
  ].join('\n');
}

function hanging(label: string, text: string, width: number): string {
  return wrap(`${label}: ${text}`, width, 4);
}

function conclusion(report: DoctorReport, all: boolean): string {
  const { goLive, environment } = report;
  const outcome = outcomeOf(report);
  const rest = all ? '' : ' --all shows what has passed, too.';
  if (goLive !== undefined) {
    const [first] = goLive.stages;
    if (first !== undefined && !first.due && first.from !== undefined) {
      return `Nothing of the list is due before ${instant(first.from)}; what stands open above may take until then.`;
    }
    const texts = {
      passed: `${environment} may go live, as far as is due by now.`,
      failed: `${environment} must not go live: something that is due has failed.`,
      'not checkable': `${environment} is not ready: something that is due is not known. What a person has to check is confirmed by --confirmed NAME,NAME.`,
    };
    return `${texts[outcome]}${rest}`;
  }
  const texts = {
    passed: `${environment} is what it should be.`,
    failed: `${environment} is not what it should be: begin with the first of what has failed.`,
    'not checkable': `Nothing has failed, and not everything could be looked at: that is not the same as being well.`,
  };
  return `${texts[outcome]}${rest}`;
}
