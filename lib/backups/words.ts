/** A moment as AWS's command line and `--at` take it, in whole seconds: never later than it was. */
export function instant(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, 'Z');
}

const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A length of time in its two largest units, for example `2 days 4 h`, `5 min 9 s`. */
export function duration(milliseconds: number): string {
  const first = UNITS.findIndex(([, length]) => milliseconds >= length);
  if (first === -1) return '0 s';
  let rest = milliseconds;
  const parts = UNITS.slice(first, first + 2).flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest %= length;
    if (count === 0) return [];
    return `${count} ${unit === 'day' && count > 1 ? 'days' : unit}`;
  });
  return parts.join(' ');
}
