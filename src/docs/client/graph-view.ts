/** Draws shown nodes and their edges, and lets the reader move and zoom. */
import { boxSize, drawLayout, markPath, shortened } from '../drawing.ts';
import { layOut } from '../layered-layout.ts';
import type { Edge } from '../depth-first.ts';
import type { Verdict } from '../site-data.ts';
import { draw } from './elements.ts';

/** A box: a node, or a folder of nodes. */
export interface Box {
  readonly key: string;
  readonly label: string;
  readonly said: string;
  readonly verdict: Verdict;
  readonly kind: string;
  /** Neighbours that are not shown. */
  readonly hiddenUp: number;
  readonly hiddenDown: number;
}

export interface GraphActions {
  readonly choose: (key: string) => void;
  readonly open: (key: string) => void;
  readonly expand: (key: string, side: 'up' | 'down') => void;
}

export interface Trace {
  /** A box that belongs to it, with edges or without. */
  readonly start: string;
  readonly steps: readonly { readonly from: string; readonly to: string; readonly words: string }[];
}

export interface GraphView {
  readonly element: SVGSVGElement;
  readonly show: (boxes: readonly Box[], edges: readonly Edge[]) => void;
  /** Marks the chosen box. */
  readonly mark: (key: string | undefined) => void;
  /** Sets off some edges with their words, and the boxes at their ends, from the rest; undefined takes that back. */
  readonly trace: (trace: Trace | undefined) => void;
  readonly focus: (key: string) => void;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  /** Fits it into another space, unless the reader has moved it to where it is. */
  readonly refit: () => void;
}

const margin = 40;
/** Smaller than this nobody can read: what does not fit is moved. */
const smallest = 0.55;

export function makeGraphView(actions: GraphActions): GraphView {
  const scene = draw('g', {});
  const element = draw('svg', { class: 'graph explorer-graph', role: 'group', 'aria-label': 'Lineage', tabindex: '-1' }, scene);
  const groups = new Map<string, DrawnBox>();
  const words = draw('g', {});
  let lines: readonly { readonly from: string; readonly to: string; readonly path: SVGPathElement }[] = [];
  let next = new Map<string, { readonly up: string[]; readonly down: string[] }>();
  /** Where the middle one of the first boxes stands. */
  let start = 0;
  let isMoved = false;
  let [size, at] = [{ width: 1, height: 1 }, { x: 0, y: 0, scale: 1 }];

  const place = (): void => scene.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${at.scale})`);
  const zoom = (factor: number, x = element.clientWidth / 2, y = element.clientHeight / 2): void => {
    const scale = Math.min(2.5, Math.max(0.05, at.scale * factor));
    const real = scale / at.scale;
    at = { scale, x: x - (x - at.x) * real, y: y - (y - at.y) * real };
    isMoved = true;
    place();
  };
  const fit = (): void => {
    const [wide, high] = [element.clientWidth, element.clientHeight];
    const scale = Math.max(smallest, Math.min(1, (wide - margin * 2) / size.width, (high - margin * 2) / size.height));
    const isHigher = size.height * scale > high - margin * 2;
    // Of what is too large to be read at once the beginning is shown, and not the empty corner of the image.
    const y = isHigher ? high / 2 - (start + boxSize.height / 2) * scale : (high - size.height * scale) / 2;
    at = { scale, x: Math.max(margin, (wide - size.width * scale) / 2), y };
    isMoved = false;
    place();
  };
  listenToPointer(element, {
    move: (x, y) => {
      at = { ...at, x: at.x + x, y: at.y + y };
      isMoved = true;
      place();
    },
    zoom,
  });

  const show = (boxes: readonly Box[], edges: readonly Edge[]): void => {
    const drawing = drawLayout(layOut(boxes.length, edges), edges);
    size = { width: drawing.width, height: drawing.height };
    const first = drawing.boxes.flatMap(({ x, y }) => (x === 0 ? [y] : [])).sort((a, b) => a - b);
    start = first[Math.floor(first.length / 2)] ?? 0;
    groups.clear();
    const keys = boxes.map(({ key }) => key);
    lines = edges.map(([from, to], edge) => ({ from: keys[from] ?? '', to: keys[to] ?? '', path: draw('path', { class: 'edge', d: drawing.paths[edge] ?? '' }) }));
    next = new Map(keys.map((key) => [key, { up: [], down: [] }]));
    for (const { from, to } of lines) {
      next.get(from)?.down.push(to);
      next.get(to)?.up.push(from);
    }
    for (const [box, value] of boxes.entries()) {
      const { x, y } = drawing.boxes[box] ?? { x: 0, y: 0 };
      const { up = [], down = [] } = next.get(value.key) ?? {};
      groups.set(value.key, drawBox(value, { x, y, hasUp: up.length > 0, hasDown: down.length > 0 }, actions));
    }
    words.replaceChildren();
    scene.replaceChildren(...lines.map(({ path }) => path), ...[...groups.values()].map(({ outer }) => outer), words);
    fit();
  };
  const neighbour = (arrow: string, key: string): string | undefined => {
    const all = [...groups.keys()];
    switch (arrow) {
      case 'ArrowLeft':
        return next.get(key)?.up[0];
      case 'ArrowRight':
        return next.get(key)?.down[0];
      case 'ArrowDown':
        return all[all.indexOf(key) + 1];
      case 'ArrowUp':
        return all[all.indexOf(key) - 1];
      default:
        return undefined;
    }
  };
  element.addEventListener('keydown', (event) => {
    const key = event.target instanceof Element ? event.target.closest('g.node')?.getAttribute('data-key') : undefined;
    if (key === undefined || key === null) return;
    const to = neighbour(event.key, key);
    if (to === undefined) return;
    event.preventDefault();
    groups.get(to)?.node.focus();
  });
  return {
    element,
    show,
    zoom,
    fit,
    refit: () => (isMoved ? undefined : fit()),
    focus: (key) => groups.get(key)?.node.focus({ preventScroll: true }),
    mark: (key) => {
      for (const [name, { outer }] of groups) outer.classList.toggle('chosen', name === key);
    },
    trace: (trace) => {
      element.classList.toggle('tracing', trace !== undefined);
      const steps = new Map<string, Set<string>>();
      const keys = new Set(trace === undefined ? [] : [trace.start]);
      for (const { from, to, words: said } of trace?.steps ?? []) {
        keys.add(from).add(to);
        const key = `${from} ${to}`;
        steps.set(key, (steps.get(key) ?? new Set()).add(said));
      }
      for (const [name, { outer }] of groups) outer.classList.toggle('traced', keys.has(name));
      words.replaceChildren();
      for (const { from, to, path } of lines) {
        const said = steps.get(`${from} ${to}`);
        path.classList.toggle('traced', said !== undefined);
        if (said !== undefined) words.append(wordsOn(path, [...said].join(', ')));
      }
    },
  };
}

/** In the middle of the first piece of an edge, between two layers. */
function wordsOn(path: SVGPathElement, text: string): SVGTextElement {
  const reach = Math.min(path.getTotalLength(), boxSize.gapX) / 2;
  const { x, y } = path.getPointAtLength(reach);
  return draw('text', { class: 'edge-words', x: String(x), y: String(y - 5) }, text);
}

/** The place of a box, and on which sides edges end at it. */
interface Corner {
  readonly x: number;
  readonly y: number;
  readonly hasUp: boolean;
  readonly hasDown: boolean;
}

interface DrawnBox {
  readonly outer: SVGGElement;
  /** What takes the focus. */
  readonly node: SVGGElement;
}

function drawBox({ key, label, said, verdict, kind, hiddenUp, hiddenDown }: Box, { x, y, hasUp, hasDown }: Corner, actions: GraphActions): DrawnBox {
  const { width, height } = boxSize;
  const middle = String(height / 2 + 4.5);
  const node = draw(
    'g',
    { class: 'node', tabindex: '0', role: 'button', 'aria-label': said, 'data-key': key },
    draw('title', {}, said),
    draw('rect', { class: `box ${kind}`, width: String(width), height: String(height), rx: '7' }),
    draw('path', { class: `dot ${verdict}`, d: markPath(verdict, 14, height / 2) }),
    draw('text', { x: '26', y: middle }, shortened(label)),
  );
  act(node, () => actions.choose(key));
  node.addEventListener('dblclick', () => actions.open(key));
  const stub = (count: number, side: 'up' | 'down'): readonly SVGGElement[] => {
    if (count === 0) return [];
    const words = `${count} more ${side === 'up' ? 'inputs' : 'uses'} of ${label}`;
    // An edge ends in the middle of a side, and the words on it stand above.
    const line = (side === 'up' ? hasUp : hasDown) ? String(height - 2) : middle;
    const place = side === 'up' ? { x: '-6', 'text-anchor': 'end' } : { x: String(width + 6), 'text-anchor': 'start' };
    const group = draw('g', { class: 'stub', tabindex: '0', role: 'button', 'aria-label': words }, draw('title', {}, words), draw('text', { ...place, y: line }, `+${count}`));
    act(group, () => actions.expand(key, side));
    return [group];
  };
  return { node, outer: draw('g', { transform: `translate(${x} ${y})` }, node, ...stub(hiddenUp, 'up'), ...stub(hiddenDown, 'down')) };
}

/** A click, or a key that stands for one. */
function act(element: SVGGElement, action: () => void): void {
  element.addEventListener('click', action);
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    action();
  });
}

interface PointerActions {
  readonly move: (x: number, y: number) => void;
  readonly zoom: (factor: number, x: number, y: number) => void;
}

function listenToPointer(element: SVGSVGElement, { move, zoom }: PointerActions): void {
  let last: { readonly x: number; readonly y: number } | undefined;
  element.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Element && event.target.closest('.node, .stub') !== null) return;
    last = { x: event.clientX, y: event.clientY };
    element.setPointerCapture(event.pointerId);
    element.classList.add('moving');
  });
  element.addEventListener('pointermove', (event) => {
    if (last === undefined) return;
    move(event.clientX - last.x, event.clientY - last.y);
    last = { x: event.clientX, y: event.clientY };
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(name, () => {
      last = undefined;
      element.classList.remove('moving');
    });
  }
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 500), event.clientX - left, event.clientY - top);
    },
    { passive: false },
  );
}
