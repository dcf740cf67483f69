/** Draws tables of figures as text. */

export function formatFigure(value, unit) {
  return `${value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${unit}`;
}

/** Lines of cells under headings; the columns in `numbers` are set to the right. */
export function renderTable(headings, lines, numbers) {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...lines.map((line) => line[column].length)));
  const render = (line) =>
    line
      .map((cell, column) => (numbers.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [render(headings), render(widths.map((width) => '-'.repeat(width))), ...lines.map(render)].join('\n');
}
