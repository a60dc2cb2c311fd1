/**
 * Prints rows as an aligned table: text to the left, numbers to the right.
 *
 * @param {string} title
 * @param {string[]} columns names of the members to show, which are also the headings
 * @param {Record<string, string | number | undefined>[]} rows
 */
export function printTable(title, columns, rows) {
  const cells = rows.map((row) => columns.map((column) => format(row[column])));
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((line) => line[index].length)));
  const isNumeric = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (texts) =>
    texts
      .map((text, index) => (isNumeric[index] ? text.padStart(widths[index]) : text.padEnd(widths[index])))
      .join('  ');
  console.log(`\n${title}\n${line(columns)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const texts of cells) console.log(line(texts).trimEnd());
}

function format(value) {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number') return String(value);
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}
