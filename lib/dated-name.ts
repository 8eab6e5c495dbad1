/**
 * `copy-20261130-041500` of `copy` and a moment, UTC: unique where one thing is made a second. Made of what RDS takes in a
 * name, if the beginning is.
 */
export function datedName(beginning: string, moment: Date): string {
  const stamp = moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${beginning}-${stamp}`;
}
