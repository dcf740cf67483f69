/** Saves the graph as it is drawn, as SVG or as PNG. */
import { draw } from './elements.ts';

/** What style sheets say of these is written into the copy, which has none. */
const looks = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order'];

function copyOf(svg: SVGSVGElement): { readonly text: string; readonly width: number; readonly height: number } {
  const scene = svg.querySelector('g');
  const copy = draw('svg', { xmlns: 'http://www.w3.org/2000/svg' });
  if (scene === null) return { text: '', width: 0, height: 0 };
  const box = scene.getBBox();
  const [width, height] = [Math.ceil(box.width + 40), Math.ceil(box.height + 40)];
  const inside = scene.cloneNode(true);
  if (!(inside instanceof SVGGElement)) return { text: '', width: 0, height: 0 };
  const [originals, copies] = [scene.querySelectorAll<SVGElement>('path, rect, circle, text'), inside.querySelectorAll<SVGElement>('path, rect, circle, text')];
  for (const [at, element] of copies.entries()) {
    const original = originals[at];
    if (original === undefined) continue;
    const style = getComputedStyle(original);
    for (const name of looks) element.setAttribute(name, style.getPropertyValue(name));
  }
  inside.setAttribute('transform', `translate(${20 - box.x} ${20 - box.y})`);
  const ground = getComputedStyle(document.body).backgroundColor;
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.append(draw('rect', { width: '100%', height: '100%', fill: ground }), inside);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

export function downloadSvg(svg: SVGSVGElement): void {
  save(new Blob([copyOf(svg).text], { type: 'image/svg+xml' }), 'lineage.svg');
}

/** Twice as fine as on the screen, as far as browsers can draw. */
export async function downloadPng(svg: SVGSVGElement): Promise<void> {
  const { text, width, height } = copyOf(svg);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.min(2, 8000 / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob !== null && save(blob, 'lineage.png'), 'image/png');
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
