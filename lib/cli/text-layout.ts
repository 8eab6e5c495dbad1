/** Breaks a text at spaces so that it fits into `width`, indented; a longer word keeps a line to itself. */
export function wrap(text: string, width: number, indent: number): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(margin + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, margin + line].join('\n');
}

/**
 * Rows in columns as wide as their widest cell. In a table of two columns the second one is broken to fit the width.
 *
 * @param rightAligned - numbers of the columns to align at the right, from 0.
 */
export function alignRows(
  rows: readonly (readonly string[])[],
  width: number,
  rightAligned: readonly number[] = [],
): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const space = widths[column] ?? 0;
        if (rightAligned.includes(column)) {
          return cell.padStart(space);
        }
        return column === 1 && columns === 2
          ? hanging(cell, width, space, widths[0] ?? 0)
          : cell.padEnd(space);
      });
      return `  ${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}

/** The second of two columns, its further lines below its first word. */
function hanging(text: string, width: number, space: number, firstColumn: number): string {
  const indent = firstColumn + 4;
  return indent + space <= width ? text : wrap(text, width, indent).trimStart();
}
