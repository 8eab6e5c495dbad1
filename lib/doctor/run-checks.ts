import type { Check, CheckResult } from './check.ts';
import { verdictOf } from './check.ts';
import { Findings } from './findings.ts';
import type { Subject } from './subject.ts';

/** Makes all checks that the environment has something for, at the same time, and answers in their order. */
export async function runChecks(checks: readonly Check[], subject: Subject): Promise<readonly CheckResult[]> {
  const made = checks.filter(({ appliesTo }) => appliesTo?.(subject) ?? true);
  return Promise.all(made.map((check) => runCheck(check, subject)));
}

async function runCheck(check: Check, subject: Subject): Promise<CheckResult> {
  const { name, asks, basis, page, look } = check;
  const todo = check.todo.replaceAll(/\bENV\b/g, subject.environment.name);
  const findings = new Findings();
  // An answer that nobody foresaw must not take the other checks with it.
  await findings.read(name, () => look(subject, findings));
  const { faults, unread, seen } = findings;
  return { name, asks, basis, todo, page, verdict: verdictOf(findings), faults, unread, seen };
}
