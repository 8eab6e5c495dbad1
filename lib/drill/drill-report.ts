import { z } from 'zod';
import { moment } from '../backups/server-list.ts';
import { jsonText } from '../release/json-text.ts';

const finding = z.object({ check: z.string(), passed: z.boolean(), details: z.string() });

/** As constructs/drill/drill.lambda/report.mjs makes it. */
const report = z.object({
  environment: z.string(),
  execution: z.string(),
  begun: moment,
  ended: moment,
  outcome: z.enum(['passed', 'failed', 'cancelled']),
  point: z.object({ arn: z.string(), time: z.string() }).partial(),
  phases: z.array(z.object({ phase: z.string(), seconds: z.number() })),
  recoverySeconds: z.number().optional(),
  lostSeconds: z.number().optional(),
  sections: z.array(z.object({ title: z.string(), passed: z.boolean(), findings: z.array(finding) })),
  issues: z.array(z.string()),
  removed: z.array(z.string()),
  left: z.array(z.string()),
});

/** What is kept of a drill. */
export type DrillReport = z.infer<typeof report>;

/** A report, and where it is. */
export interface StoredReport {
  readonly report: DrillReport;
  /** Addresses of the report for programs and of the one for people, `s3://...`. */
  readonly json: string;
  readonly html: string;
}

/** @throws if the text is not a report. */
export function readDrillReport(text: string): DrillReport {
  return jsonText.pipe(report).parse(text);
}

/** The lock is beside the reports, whose names begin with a moment. */
const REPORT = /^\d{4}-.*Z-(passed|failed|cancelled)-[^/]+\.json$/;

/** Whether the key of an object below the prefix of drills is that of a report for programs. */
export function isReport(key: string, prefix: string): boolean {
  return key.startsWith(prefix) && REPORT.test(key.slice(prefix.length));
}
