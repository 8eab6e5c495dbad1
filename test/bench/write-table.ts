import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

/** Replaces a table of docs/benchmarks.md between its two markers, so that the text around it stays. */
export function writeTable(marker: string, table: string): void {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.split(begin)[0], page.split(end)[1]];
  if (after === undefined) throw new Error(`docs/benchmarks.md has no table between ${begin} and ${end}`);
  writeFileSync(PAGE, `${before}${begin}\n${table}\n${end}${after}`);
}
