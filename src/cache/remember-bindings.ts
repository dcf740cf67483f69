/** A binder that remembers what it bound: the engine's own is opened only for what nobody has asked before. */
import { hash } from 'node:crypto';
import type { Binder, Binding, BindRequest, BoundQuery, Stub, StubProblem } from '../adapter/analysis.ts';
import type { Relation } from '../adapter/relation.ts';
import { bug } from '../diagnostics/bug.ts';
import type { BindingStore } from './binding-store.ts';

export interface RememberInput {
  readonly open: () => Promise<Binder>;
  readonly store: BindingStore;
  /** All that the answers of the binder depend on beside what it is asked. */
  readonly context: string;
}

/**
 * Gives what `open` would give. A relation that was declared before in the same way is made known to the engine when
 * somebody reads it. Queries are kept that bind, that say what they may read, and that read nothing else.
 */
export function rememberBindings(input: RememberInput): Binder {
  return new RememberingBinder(input);
}

class RememberingBinder implements Binder {
  readonly #input: RememberInput;
  #opened: Promise<Binder> | undefined;
  /** Digests of what is declared. */
  readonly #stubs = new Map<string, string>();
  /** What the engine has not heard of yet. */
  readonly #waiting = new Map<string, Stub>();

  constructor(input: RememberInput) {
    this.#input = input;
  }

  readonly checkQuery: Binder['checkQuery'] = async (sql) => {
    const digest = this.#digest('is one query', sql);
    if (this.#input.store.find(digest) !== undefined) return undefined;
    const problem = await (await this.#open()).checkQuery(sql);
    if (problem === undefined) this.#input.store.add(digest, '');
    return problem;
  };

  readonly areQueries = async (texts: readonly string[]): Promise<boolean> => (await (await this.#open()).areQueries?.(texts)) ?? false;

  /** A relation that could be declared once can be declared again. What is refused leaves an earlier one of that name in its place. */
  readonly declare = async (stubs: readonly Stub[]): Promise<readonly StubProblem[]> => {
    const unknown: Stub[] = [];
    for (const stub of stubs) {
      const digest = this.#digest('stub', stub);
      if (this.#input.store.find(digest) === undefined) unknown.push(stub);
      else this.#hold(stub, digest).set(keyOf(stub.relation), stub);
    }
    if (unknown.length === 0) return [];
    const problems = await (await this.#open()).declare(unknown);
    const refused = new Set(problems.map(({ relation }) => relation));
    for (const stub of unknown) {
      if (refused.has(stub.relation)) continue;
      const digest = this.#digest('stub', stub);
      this.#hold(stub, digest).delete(keyOf(stub.relation));
      this.#input.store.add(digest, '');
    }
    return problems;
  };

  #hold({ relation }: Stub, digest: string): Map<string, Stub> {
    this.#stubs.set(keyOf(relation), digest);
    return this.#waiting;
  }

  readonly bind = async (requests: readonly BindRequest[]): Promise<readonly Binding[]> => {
    const digests = requests.map((request) => this.#digestOf(request));
    const known = digests.map((digest) => this.#find(digest));
    const missing = requests.filter((_, at) => known[at] === undefined);
    if (missing.length === 0) return known.filter((binding) => binding !== undefined);
    const bound = await this.#bindNow(missing);
    let next = 0;
    return known.map((binding, at): Binding => {
      if (binding !== undefined) return binding;
      const found = bound[next++];
      const request = requests[at];
      if (found === undefined || request === undefined) return bug('a binder gives one binding for each request');
      this.#keep(digests[at], request, found);
      return found;
    });
  };

  readonly close = async (): Promise<void> => {
    this.#input.store.close();
    if (this.#opened !== undefined) await (await this.#opened).close();
  };

  #open(): Promise<Binder> {
    return (this.#opened ??= this.#input.open());
  }

  #digest(kind: string, value: unknown): string {
    return hash('sha256', JSON.stringify([this.#input.context, kind, value])).slice(0, 32);
  }

  /** Undefined where it is not said what the query may read. */
  #digestOf({ reads, ...request }: BindRequest): string | undefined {
    if (reads === undefined) return undefined;
    const keys = [...new Set(reads.map(keyOf))].sort();
    return this.#digest('query', [request, keys.map((key) => [key, this.#stubs.get(key)])]);
  }

  #find(digest: string | undefined): Binding | undefined {
    const text = digest === undefined ? undefined : this.#input.store.find(digest);
    // Kept as JSON by the same build.
    return text === undefined ? undefined : { kind: 'bound', query: JSON.parse(text) as BoundQuery };
  }

  /** Asks the engine, which is told first what the queries may read; what is refused then may read anything. */
  async #bindNow(requests: readonly BindRequest[]): Promise<readonly Binding[]> {
    const binder = await this.#open();
    const isSaid = requests.every(({ reads }) => reads !== undefined);
    await this.#tell(binder, isSaid ? requests.flatMap(({ reads = [] }) => reads.map(keyOf)) : [...this.#waiting.keys()]);
    const first = await binder.bind(requests);
    if (this.#waiting.size === 0 || first.every(({ kind }) => kind === 'bound')) return first;
    await this.#tell(binder, [...this.#waiting.keys()]);
    const refused = requests.filter((_, at) => first[at]?.kind === 'refused');
    const again = await binder.bind(refused);
    let next = 0;
    return first.map((binding) => (binding.kind === 'bound' ? binding : (again[next++] ?? binding)));
  }

  async #tell(binder: Binder, keys: readonly string[]): Promise<void> {
    const stubs = [...new Set(keys)].flatMap((key) => this.#waiting.get(key) ?? []);
    for (const key of keys) this.#waiting.delete(key);
    if (stubs.length > 0) await binder.declare(stubs);
  }

  #keep(digest: string | undefined, { reads = [] }: BindRequest, binding: Binding): void {
    if (digest === undefined || binding.kind !== 'bound') return;
    const said = new Set(reads.map(keyOf));
    const { inputs, opaque } = binding.query;
    // A function reads who knows what: a file, say, which may be another one tomorrow.
    const isSaid = inputs.every((input) => {
      const key = input.kind === 'relation' ? keyOf(input.relation) : undefined;
      return key !== undefined && said.has(key) && this.#stubs.has(key);
    });
    if (isSaid && binding.query.mayReadMore !== true && opaque.every(({ kind }) => kind !== 'plan'))
      this.#input.store.add(digest, JSON.stringify(binding.query));
  }
}

function keyOf({ database, schema, name }: Relation): string {
  return JSON.stringify([database, schema, name]);
}
