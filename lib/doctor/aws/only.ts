/**
 * The first of what was asked for by its name.
 *
 * @throws if there is none.
 */
export function only<T>(found: readonly T[] | undefined, what: string): T {
  const [first] = found ?? [];
  if (first === undefined) throw new Error(`there is no ${what}`);
  return first;
}
