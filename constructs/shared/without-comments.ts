/**
 * A program in Python without comments, descriptions and empty lines, a quarter of it: a task definition has 64 KiB for
 * everything. What runs is the same, but for the line numbers in tracebacks.
 */
export function withoutComments(python: string): string {
  return (
    python
      // One is all that some classes have.
      .replace(/^([ \t]*)"""[^]*?"""\n/gm, '$1""\n')
      .replace(/^[ \t]*#.*\n/gm, '')
      .replace(/\n{2,}/g, '\n')
  );
}
