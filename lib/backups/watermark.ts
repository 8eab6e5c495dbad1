import { z } from 'zod';
import { jsonText } from '../release/json-text.ts';
import { moment } from './server-list.ts';

/** Everything that was written before has arrived; null: not known. */
const until = z.object({ until: moment }).nullable();

const watermark = z.object({ writtenAt: moment, filestore: until, backups: until, database: until });

/** How far the copies in the recovery Region are. */
export type Watermark = Readonly<z.infer<typeof watermark>>;

/** @throws if the text is not a watermark. */
export function watermarkOf(text: string): Watermark {
  return jsonText.pipe(watermark).parse(text);
}
