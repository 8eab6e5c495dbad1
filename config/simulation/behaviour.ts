import { PEAK_REQUESTS_PER_MINUTE } from '../sizing/workload.ts';
import { measuredMix, type RequestType } from './service-times.ts';

/** Requests that go out together, then those that follow when all of them are answered, and so on. */
export type Steps = readonly (readonly RequestType[])[];

/** Something that a user does, and how often compared to other things. */
export interface Action {
  readonly steps: Steps;
  readonly weight: number;
}

/** Odoo in a new tab: the page, then what it loads. A warm load has four requests (measured). */
const openPage: Steps = [['page'], ['views', 'list', 'asset']];

/** The first thing in the morning: nobody is taken to be logged in still. */
export const arrival: Steps = [['loginPage'], ['login'], ...openPage];

/**
 * What people at work do: the measured mix of lists, forms, searches, changes and attachments, which makes a weight of
 * 100; and assumed beside it, for each hundred of those, two pages opened anew, half a sales report (0.2 CPU-seconds,
 * nearly all of it PostgreSQL's) and half a grouped list.
 */
export const actions: readonly Action[] = [
  ...measuredMix().map(({ type, percent }) => ({ steps: [[type]], weight: percent })),
  { steps: openPage, weight: 2 },
  { steps: [['salesReport']], weight: 0.5 },
  { steps: [['groupedLines']], weight: 0.5 },
];

/**
 * Actions per millisecond of one user, who sends the requests that sizing assumes of a busy minute: assumed, not
 * measured, and all day; a day's average is rather a third of that.
 */
export const ACTIONS_PER_MS = actionRate();

function actionRate(): number {
  const weights = actions.reduce((sum, { weight }) => sum + weight, 0);
  const requests = actions.reduce((sum, { steps, weight }) => sum + steps.flat().length * weight, 0);
  return (PEAK_REQUESTS_PER_MINUTE / 60_000) * (weights / requests);
}
