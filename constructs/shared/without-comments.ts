/**
 * A program in Python without comments, descriptions and empty lines, and indented by a blank each: a task definition has 64 KiB
 * for everything. What runs is the same, but for the line numbers in tracebacks.
 */
export function withoutComments(python: string): string {
  const program = python
    // One is all that some classes have.
    .replace(/^([ \t]*)"""[^]*?"""\n/gm, '$1""\n')
    .replace(/^[ \t]*#.*\n/gm, '')
    .replace(/\n{2,}/g, '\n');
  return outdented(program);
}

/** The lines of a text over several lines are left as they are. */
function outdented(python: string): string {
  let isText = false;
  const lines = python.split('\n').map((line) => {
    const shorter = isText ? line : line.replace(/^(?: {4})+/, (blanks) => ' '.repeat(blanks.length / 4));
    if (line.split('"""').length % 2 === 0) isText = !isText;
    return shorter;
  });
  return lines.join('\n');
}
