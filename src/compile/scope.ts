/** Local names of a rendering: macro arguments, block parameters and what `set` named. */
import type { Value } from './values.ts';

/** Position inside a loop: what `@index` and its kin say. */
export interface LoopPosition {
  readonly index: Value;
  readonly first: Value;
  readonly last: Value;
  readonly key: Value;
}

export interface Scope {
  readonly parent: Scope | undefined;
  /** Made when the first name comes: most blocks define none. */
  names: Map<string, Value> | undefined;
  readonly loop: LoopPosition | undefined;
}

export function openScope(parent: Scope | undefined, loop: LoopPosition | undefined = parent?.loop): Scope {
  return { parent, names: undefined, loop };
}

export function defineName(scope: Scope, name: string, value: Value): void {
  scope.names ??= new Map();
  scope.names.set(name, value);
}

/** The innermost scope that knows the name. */
export function findScope(scope: Scope, name: string): Map<string, Value> | undefined {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    if (current.names?.has(name) === true) return current.names;
  }
  return undefined;
}

export function namesInScope(scope: Scope): readonly string[] {
  const names: string[] = [];
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    if (current.names !== undefined) names.push(...current.names.keys());
  }
  return names;
}
