import type { Plan } from '../sizing/plan.ts';
import { Histogram } from './histogram.ts';
import { loadOf, type Observation, observe, type ScenarioName, scenarioNames } from './scenarios.ts';

/** What sizing promises: 95 % of the requests are answered sooner at 150 % of the expected load. */
export const MOST_P95_MS = 3000;

/** So many answers make a 95th percentile that does not move by more than a few percent. */
const ENOUGH_ANSWERS = 40_000;
const MOST_RUNS = 5;

/** What users of a plan can expect in one situation. */
export interface ScenarioResult {
  readonly name: ScenarioName;
  /** Users at work, as a multiple of those expected. */
  readonly load: number;
  /** Response time at the load balancer (small: at nginx) within which half of the requests are answered; 0 without any. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Share of CPU in use where it is highest, the web nodes or the database, from 0 to 1. */
  readonly utilisation: number;
  /** Requests that got no answer, or a 502, 503 or 504, in one run. */
  readonly errors: number;
}

/** The same with what a person wants to know beside it. */
export interface ScenarioDetail extends ScenarioResult {
  /** The 95th percentile of the best and the worst minute, over all runs: how far single minutes are from the whole. */
  readonly p95MsByMinute: { readonly best: number; readonly worst: number };
  readonly webUtilisation: number;
  readonly databaseUtilisation: number;
  /** Mean time before a worker took the request. */
  readonly queuedMs: number;
  /** Requests in one run, answered or not. */
  readonly requests: number;
  /** Web nodes in service at the end. */
  readonly nodes: number;
}

/** Simulates every scenario of a plan. The same plan gives the same result. */
export function simulate(plan: Plan): readonly ScenarioDetail[] {
  return scenarioNames.map((name) => simulateScenario(plan, name));
}

/** Simulates one scenario, as often as it takes for enough requests. */
export function simulateScenario(plan: Plan, name: ScenarioName): ScenarioDetail {
  const runs: Observation[] = [];
  const times = new Histogram();
  while (runs.length === 0 || (times.size < ENOUGH_ANSWERS && runs.length < MOST_RUNS)) {
    const run = observe(plan, name, runs.length + 1);
    times.addAll(run.recorder.times);
    runs.push(run);
  }
  const mean = (of: (run: Observation) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const minutes = runs.flatMap(({ recorder }) => recorder.percentileByMinute(0.95));
  const web = mean((run) => run.web);
  const database = mean((run) => run.database);
  return {
    name,
    load: loadOf(name),
    p50Ms: times.percentile(0.5) ?? 0,
    p95Ms: times.percentile(0.95) ?? 0,
    utilisation: Math.max(web, database),
    errors: Math.round(mean(({ recorder }) => recorder.errors)),
    p95MsByMinute: { best: Math.min(...minutes), worst: Math.max(...minutes) },
    webUtilisation: web,
    databaseUtilisation: database,
    queuedMs: runs.reduce((sum, { recorder }) => sum + recorder.queuedMs, 0) / Math.max(1, times.size),
    requests: Math.round(mean(({ recorder }) => recorder.errors + recorder.times.size)),
    nodes: Math.max(...runs.map(({ nodes }) => nodes)),
  };
}
