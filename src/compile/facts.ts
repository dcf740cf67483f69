/** The facts of a project while it is compiled, and who asked for which. */
import type { CompiledFile } from './compiled-file.ts';
import { compareFiles } from './compiled-file.ts';
import type { EarlierCompile } from './earlier.ts';
import type { Fact, FactKey, FactKind, FactName, FactValues } from './fact.ts';
import { factKey, factKinds } from './fact.ts';

/** A fact of a file that is compiled now. */
interface FreshFact {
  readonly file: CompiledFile;
  readonly value: Fact['value'];
  /** The same fact of another file: a mistake, and the first file in order counts. */
  readonly other: FreshFact | undefined;
}

/** The facts of a project: those of files that are compiled now over those of files that stay as they were. */
export class Facts {
  readonly #earlier: EarlierCompile;
  readonly #fresh: ReadonlyMap<FactKind, Map<string, FreshFact>> = new Map(factKinds.map((kind) => [kind, new Map<string, FreshFact>()]));
  /** Values of earlier facts that somebody asked for. */
  readonly #recalled = new Map<FactKey, unknown>();
  /** Files whose facts are fresh: what they gave earlier counts no more. */
  readonly #renewed = new Set<string>();

  constructor(earlier: EarlierCompile) {
    this.#earlier = earlier;
  }

  /** From now on the facts of this file are those that are given with {@link give}. */
  renew(path: string): void {
    if (!this.#earlier.isEmpty) this.#renewed.add(path);
  }

  give(file: CompiledFile, facts: readonly Fact[]): void {
    for (const { kind, name, value } of facts) {
      const ofKind = this.#fresh.get(kind);
      const other = ofKind?.get(name);
      const isFirst = other === undefined || (other.file !== file && compareFiles(file, other.file) < 0);
      ofKind?.set(name, isFirst ? { file, value, other } : { ...other, other: { file, value, other: other.other } });
    }
  }

  get<K extends FactKind>(kind: K, name: string): FactValues[K] | undefined {
    const fresh = this.#fresh.get(kind)?.get(name);
    // The kind in the key is the kind of the value: `give` puts them there together, and whoever keeps facts keeps both.
    return (this.#earlier.isEmpty ? fresh?.value : this.#getFirst(kind, name, fresh)) as FactValues[K] | undefined;
  }

  #getFirst(kind: FactKind, name: string, fresh: FreshFact | undefined): unknown {
    const kept = this.#earlier.giver(kind, name);
    const isKept = kept !== undefined && !this.#renewed.has(kept);
    const isFirst = isKept && (fresh === undefined || compareFiles(this.#earlier.file(kept), fresh.file) < 0);
    return isFirst ? this.#recall(kind, name) : fresh?.value;
  }

  #recall(kind: FactKind, name: string): unknown {
    const key = factKey(kind, name);
    if (!this.#recalled.has(key)) this.#recalled.set(key, JSON.parse(this.#earlier.json(kind, name) ?? 'null'));
    return this.#recalled.get(key);
  }

  /** The names of all facts of a kind, sorted. */
  names(kind: FactKind): readonly string[] {
    const names = new Set(this.#fresh.get(kind)?.keys());
    for (const name of this.#earlier.names(kind)) if (!this.#renewed.has(this.#earlier.giver(kind, name) ?? '')) names.add(name);
    return [...names].sort();
  }
}

/** So many questions are looked through one by one; more are looked up. */
const fewAsks = 16;

/** The facts as one file sees them: notes what it asks for, once each. */
export class Asker {
  readonly asks: FactName[] = [];
  /** Set when the file called something that may answer differently the next time. */
  isFickle = false;
  readonly #facts: Facts;
  #known: Set<FactKey> | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  get<K extends FactKind>(kind: K, name: string): FactValues[K] | undefined {
    this.ask(kind, name);
    return this.#facts.get(kind, name);
  }

  /** Notes the question only if there is an answer: for what cannot appear without another answer changing too. */
  getIfThere<K extends FactKind>(kind: K, name: string): FactValues[K] | undefined {
    const value = this.#facts.get(kind, name);
    if (value !== undefined) this.ask(kind, name);
    return value;
  }

  /** Notes the question alone. */
  ask(kind: FactKind, name: string): void {
    if (this.asks.length < fewAsks) {
      for (const ask of this.asks) if (ask.name === name && ask.kind === kind) return;
    } else {
      this.#known ??= new Set(this.asks.map((ask) => factKey(ask.kind, ask.name)));
      const key = factKey(kind, name);
      if (this.#known.has(key)) return;
      this.#known.add(key);
    }
    this.asks.push({ kind, name });
  }

  /** For messages about names that are not there; whoever has such a problem is compiled again at every start. */
  names(kind: FactKind): readonly string[] {
    return this.#facts.names(kind);
  }
}
