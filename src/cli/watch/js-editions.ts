/** Lets a process load JavaScript of a project again after it has changed: Node.js keeps a module under its address. */
import { createRequire, register } from 'node:module';
import { sep } from 'node:path';

/**
 * A module that is loaded with an edition behind its address hands that on to what it imports, so that those are loaded again
 * too. Packages are not: nobody edits them.
 */
const hooks = `
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const edition = /[?&](tx-edition=\\d+)/.exec(context.parentURL ?? '');
  if (edition === null || !resolved.url.startsWith('file:') || resolved.url.includes('/node_modules/')) return resolved;
  if (resolved.url.includes('tx-edition=')) return resolved;
  return { ...resolved, url: resolved.url + (resolved.url.includes('?') ? '&' : '?') + edition[1] };
}
`;

export interface JsEditions {
  /** What stands behind the address of a module. */
  readonly current: () => string;
  /** JavaScript has changed: from now on it is loaded anew. */
  readonly next: () => void;
}

/** `root` is that of the project. */
export function createJsEditions(root: string): JsEditions {
  let edition = 0;
  return {
    current: () => (edition === 0 ? '' : `?tx-edition=${edition}`),
    next: () => {
      if (edition === 0) register(`data:text/javascript,${encodeURIComponent(hooks)}`);
      edition += 1;
      // CommonJS modules are kept by their files.
      const { cache } = createRequire(import.meta.url);
      for (const file of Object.keys(cache))
        if (file.startsWith(root + sep) && !file.includes(`${sep}node_modules${sep}`)) Reflect.deleteProperty(cache, file);
    },
  };
}
