/** Texts that an engine's parser has found to be one query each. */
import { hash } from 'node:crypto';
import type { BindingStore } from './binding-store.ts';

export interface PassedQueries {
  readonly has: (sql: string) => boolean;
  readonly add: (sql: string) => void;
  readonly close: () => void;
}

/** Remembers nothing without a store. `engine` is the word for the engine whose parser it is. */
export function passedQueries(store: BindingStore | undefined, engine: string): PassedQueries {
  const digestOf = (sql: string): string => hash('sha256', `${engine} query\n${sql}`).slice(0, 32);
  return {
    has: (sql) => store?.find(digestOf(sql)) !== undefined,
    add: (sql) => store?.add(digestOf(sql), ''),
    close: () => store?.close(),
  };
}
