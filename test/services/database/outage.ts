import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Attempt, Office } from './office.ts';
import type { WatchedNode } from './watched-node.ts';

/** The kernel's clock for files, which says when the flag went up or down, is up to this late, in seconds. */
const FILE_CLOCK = 0.01;

/** How a database goes away and comes back. */
export interface Outage {
  readonly office: Office;
  readonly node: WatchedNode;
  /** Takes the database away. */
  readonly strike: () => Promise<void> | void;
  /** Brings it back; resolves when it takes connections. */
  readonly recover: () => Promise<void> | void | undefined;
  /** Longest time that the flag may need. */
  readonly noticedWithinMs: number;
  /** @default 2000 */
  readonly lastsMs?: number;
}

/** What an outage was like. */
interface Course {
  /** From the blow until the flag was up. */
  readonly noticedAfterMs: number;
  /** Requests that were sent before the flag was up, reached Odoo, and found no database. */
  readonly unprotected: number;
  /** Requests that reached Odoo although they were sent while the flag was up. */
  readonly trespassers: readonly string[];
  /** What users were answered meanwhile. */
  readonly refused: readonly Attempt[];
  /** From the moment the database was back until somebody had a good answer. */
  readonly goodAnswerAfterMs: number;
  /** The slowest good answer before the blow: what a busy machine adds to everything. */
  readonly slowestAnswerMs: number;
  /** Users who have to log in again. */
  readonly loggedOut: readonly number[];
}

async function liveThrough(outage: Outage): Promise<Course> {
  const { office, node, lastsMs = 2000 } = outage;
  const began = node.journal().length;
  await office.work();
  const struck = now();
  await outage.strike();
  await expect.poll(() => node.flagIsUp, { interval: 2, timeout: outage.noticedWithinMs + 2000 }).toBe(true);
  const raised = node.flagChanged;
  await sleep(lastsMs);
  await outage.recover();
  const recovered = now();
  await expect.poll(() => node.flagIsUp, { interval: 2 }).toBe(false);
  const lowered = node.flagChanged;
  await sleep(1000);
  await office.rest();

  const refused = office.attempts.filter(
    ({ sent, ended }) => sent > raised + FILE_CLOCK && ended < lowered - FILE_CLOCK,
  );
  const names = new Set(refused.map(({ name }) => name));
  const journal = node.journal().slice(began);
  const good = office.attempts.filter(({ status }) => status === 200);
  const before = good.filter(({ ended }) => ended < struck);
  const after = good.filter(({ sent }) => sent > raised);
  return {
    noticedAfterMs: Math.round((raised - struck) * 1000),
    unprotected: journal.filter(({ answered, name }) => !answered && !names.has(name)).length,
    trespassers: journal.filter(({ name }) => names.has(name)).map(({ path }) => path),
    refused,
    goodAnswerAfterMs: Math.round((Math.min(...after.map(({ ended }) => ended)) - recovered) * 1000),
    slowestAnswerMs: Math.round(Math.max(...before.map(({ sent, ended }) => ended - sent)) * 1000),
    loggedOut: await office.loggedOut(),
  };
}

/** Lets everybody work while the database goes and comes back, and expects what has to be true of every outage. */
export async function expectProtection(what: string, outage: Outage): Promise<void> {
  const course = await liveThrough(outage);
  report(what, course);
  expect(course.trespassers).toEqual([]);
  expect(course.refused).not.toEqual([]);
  for (const { path, status, answer } of course.refused) {
    const page = path === '/odoo';
    expect([status, answer?.headers['retry-after']]).toEqual([503, '5']);
    expect(answer?.headers['content-type']).toMatch(page ? /^text\/html/ : /^text\/plain/);
    if (page) expect(answer?.body.toString()).toContain('http-equiv="refresh"');
  }
  expect(course.noticedAfterMs).toBeLessThan(outage.noticedWithinMs);
  expect(course.goodAnswerAfterMs).toBeLessThan(1000 + course.slowestAnswerMs);
  // Whoever was logged out had asked for a page before the flag could be up.
  expect(course.loggedOut.length).toBeLessThanOrEqual(course.unprotected);
}

/** Says what the outage cost: numbers that no expectation can tell. */
function report(what: string, course: Course): void {
  const { noticedAfterMs, unprotected, refused, goodAnswerAfterMs, loggedOut } = course;
  console.info(
    `${what}: flag up after ${noticedAfterMs} ms; ${unprotected} requests found no database before, ${refused.length}` +
      ` were refused after; ${loggedOut.length} of 20 users logged out; good answer after ${goodAnswerAfterMs} ms`,
  );
}

function now(): number {
  return Date.now() / 1000;
}
