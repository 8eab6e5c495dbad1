import { z } from 'zod';
import { jsonText } from './json-text.ts';

const received = z.object({
  /** An earlier run had put it in service already; nothing else is known then. */
  already: z.boolean().optional(),
  dumpBytes: z.number().optional(),
  databaseBytes: z.number().optional(),
  tables: z.number().optional(),
  rows: z.number().optional(),
  files: z.number().optional(),
  fileBytes: z.number().optional(),
  /** Of these, read to the end; of the others presence and size were looked at. */
  filesRead: z.number().optional(),
  seconds: z
    .object({
      download: z.number(),
      restore: z.number(),
      comparison: z.number(),
      attachments: z.number(),
    })
    .optional(),
});

const handedOver = z.object({
  /** Key in the backup bucket. */
  dump: z.string(),
  dumpBytes: z.number(),
  databaseBytes: z.number(),
});

const report = z.object({
  outcome: z.string(),
  error: z.string().optional(),
  warnings: z.array(z.string()).readonly().default([]),
  changed: z.array(z.string()).readonly().default([]),
  rows: z.number().optional(),
  tables: z.number().optional(),
  /** What was read from a copy and found to be right. */
  neutralized: z.array(z.string()).readonly().optional(),
  attachments: z.object({ checked: z.number(), absent: z.number() }).optional(),
  seconds: z.number().optional(),
  received: received.optional(),
  handedOver: handedOver.optional(),
});

const line = jsonText.pipe(z.object({ databaseJob: report }));

/** What the database job restored from a dump and compared. */
export type Received = Readonly<z.infer<typeof received>>;

/** What the database job saved for another Region. */
export type DatabaseHandedOver = Readonly<z.infer<typeof handedOver>>;

/** What the database job says at its end, as far as commands read it (constructs/database-job/files/database_job.py). */
export type JobReport = Readonly<z.infer<typeof report>>;

/** The report of the job among the lines of its log: the last one that is one. */
export function reportIn(lines: readonly string[]): JobReport | undefined {
  for (const text of lines.toReversed()) {
    const read = line.safeParse(text);
    if (read.success) return read.data.databaseJob;
  }
  return undefined;
}
