/** @throws if there is nothing: the test is about something that is not there. */
export function notNull<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('there is nothing to change');
  return value;
}
