/** Loads the data of the site: by scripts in its folder, which work from a disk too, or from the page itself. */
import type { SiteData } from '../site-data.ts';

type Name = keyof SiteData;

const waiting = new Map<string, (value: unknown) => void>();
const loaded = new Map<Name, Promise<unknown>>();

declare global {
  interface Window {
    txData?: (name: string, value: unknown) => void;
  }
}

/** Lets the scripts with data hand it over. */
export function acceptData(): void {
  window.txData = (name, value) => waiting.get(name)?.(value);
}

/** The part of the data with this name. Loaded once. */
export function readData<N extends Name>(name: N): Promise<SiteData[N]> {
  const before = loaded.get(name);
  const reading = before ?? start(name);
  loaded.set(name, reading);
  // The file of this name was written from this type, by the same version.
  return reading as Promise<SiteData[N]>;
}

function start(name: Name): Promise<unknown> {
  const inline = document.querySelector(`script[type="application/json"][data-name="${name}"]`);
  if (inline !== null) return Promise.resolve(JSON.parse(inline.textContent ?? 'null'));
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement('script');
    script.src = `${root()}data/${name}.js`;
    script.addEventListener('error', () => reject(new Error(`${script.src} cannot be read`)));
    document.head.append(script);
  });
}

/** The way from this page to the folder of the site. */
function root(): string {
  return document.documentElement.dataset['root'] ?? '';
}

/** The address of a page of the site. */
export function addressOf(page: string, anchor?: string): string {
  const inside = document.documentElement.dataset['single'] !== undefined;
  if (inside) return `#${page}${anchor === undefined ? '' : `:${anchor}`}`;
  return `${root()}${page}.html${anchor === undefined ? '' : `#${anchor}`}`;
}
