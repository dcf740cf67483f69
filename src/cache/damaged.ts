/** What is thrown where the cache turns out to be unreadable after it seemed well: the command starts over without it. */

export class CacheDamaged extends Error {
  override readonly name = 'CacheDamaged';
}

export function damaged(what: string): never {
  throw new CacheDamaged(what);
}
