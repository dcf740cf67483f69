/** Turns a layout into places and paths in the units of an image. */
import type { Edge } from './depth-first.ts';
import type { Layout } from './layered-layout.ts';
import type { Verdict } from './site-data.ts';

export const boxSize = { width: 208, height: 32, gapX: 84, gapY: 14 } as const;

export interface Drawing {
  /** The upper left corner of each box. */
  readonly boxes: readonly { readonly x: number; readonly y: number }[];
  /** The path of each edge. */
  readonly paths: readonly string[];
  readonly width: number;
  readonly height: number;
}

export function drawLayout({ layers, rows, bends, width, height }: Layout, edges: readonly Edge[]): Drawing {
  const stepX = boxSize.width + boxSize.gapX;
  const stepY = boxSize.height + boxSize.gapY;
  const place = (layer: number, row: number): { readonly x: number; readonly y: number } => ({ x: round(layer * stepX), y: round(row * stepY) });
  const boxes = layers.map((layer, node) => place(layer, rows[node] ?? 0));
  const paths = edges.map(([from, to], at) => {
    const [start, end] = [boxes[from], boxes[to]];
    if (start === undefined || end === undefined || from === to) return '';
    const isBack = end.x < start.x;
    const step = isBack ? -1 : 1;
    const half = boxSize.height / 2;
    const points = [
      { x: start.x + (isBack ? 0 : boxSize.width), y: start.y + half },
      ...(bends[at] ?? []).flatMap((row, index) => {
        const { x, y } = place((layers[from] ?? 0) + step * (index + 1), row);
        const sides = [x, x + boxSize.width].map((side) => ({ x: side, y: y + half }));
        return isBack ? sides.reverse() : sides;
      }),
      { x: end.x + (isBack ? boxSize.width : 0), y: end.y + half },
    ];
    return pathThrough(points);
  });
  return { boxes, paths, width: width * stepX - boxSize.gapX, height: Math.ceil(height * stepY) - boxSize.gapY };
}

/** Level at every point, so that it leaves and enters boxes straight. */
function pathThrough(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points
    .map(({ x, y }, at) => {
      const before = points[at - 1];
      if (before === undefined) return `M${x} ${y}`;
      const bend = round((x - before.x) / 2);
      return before.y === y ? `H${x}` : `C${before.x + bend} ${before.y} ${x - bend} ${y} ${x} ${y}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The mark of a verdict around a point: round where it is well, else with corners, so that it can be told without colours. */
export function markPath(verdict: Verdict, x: number, y: number): string {
  switch (verdict) {
    case 'warn':
      return `M${x - 4} ${y - 4}h8v8h-8z`;
    case 'fail':
      return `M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`;
    default:
      return `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
  }
}

/** A name that fits into a box. Names that begin alike differ at their ends. */
export function shortened(label: string, longest = 25): string {
  const characters = [...label];
  if (characters.length <= longest) return label;
  const tail = Math.floor((longest - 1) * 0.4);
  return `${characters.slice(0, longest - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}
