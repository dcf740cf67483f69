/** Nodes of the cache as the compiler gave them: each part is made when it is looked at. */
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type {
  CompiledConstraint,
  CompiledHook,
  CompiledModel,
  CompiledNodeUnion,
  CompiledSeed,
  CompiledSource,
  CompiledTest,
  CompiledText,
  Dependency,
  NodeId,
} from '../compile/compiled.ts';
import type { CheckArguments } from '../checks/check-definition.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Located, YamlValue } from '../project/project.ts';
import type { NodeRows, NodeSettings, NodeStorage } from './node-rows.ts';
import { noBlob } from './segments.ts';
import { noText } from './text-table.ts';

/** Makes the nodes of a cache, each once. */
export class StoredNodes {
  readonly rows: NodeRows;
  readonly storage: NodeStorage;
  readonly #nodes: (CompiledNodeUnion | undefined)[] = [];
  /** Values that many nodes share, by the number of their JSON. */
  readonly #shared: unknown[] = [];
  readonly #folders: (readonly string[] | undefined)[] = [];

  constructor(rows: NodeRows, storage: NodeStorage) {
    this.rows = rows;
    this.storage = storage;
  }

  get(row: number): CompiledNodeUnion {
    return (this.#nodes[row] ??= this.#make(row));
  }

  /** The row holds something else now. */
  forget(row: number): void {
    this.#nodes[row] = undefined;
  }

  #make(row: number): CompiledNodeUnion {
    const kind = this.rows.kindOf(row);
    // A stored node has all properties of its kind. Those that may be absent are undefined then, which readers cannot tell apart.
    switch (kind) {
      case 'model':
        return new StoredModel(this, row) as unknown as CompiledModel;
      case 'seed':
        return new StoredSeed(this, row) as unknown as CompiledSeed;
      case 'source':
        return new StoredSource(this, row) as unknown as CompiledSource;
      case 'test':
        return new StoredTest(this, row) as unknown as CompiledTest;
      case 'other':
        return this.rest(row) as CompiledNodeUnion;
    }
  }

  text(number: number): string {
    return this.storage.texts.get(number);
  }

  /** The value of a piece of JSON; whoever gets it shares it with others. */
  value(number: number): unknown {
    if (!(number in this.#shared)) this.#shared[number] = JSON.parse(this.text(number));
    return this.#shared[number];
  }

  folders(number: number): readonly string[] {
    return (this.#folders[number] ??= this.text(number).split('\0'));
  }

  rest(row: number): unknown {
    return JSON.parse(this.storage.segments.get(this.rows.nodes.columns.rest.get(row)));
  }
}

/** What a model keeps out of its row. Written by `restOf`, which is why the assertion where it is read holds. */
interface Rest {
  readonly description: string;
  readonly macros: readonly string[];
  readonly columns: readonly CompiledColumn[];
  readonly constraints: readonly CompiledConstraint[];
  readonly full: CompiledText;
  readonly incremental?: CompiledText;
  readonly preHooks: readonly CompiledHook[];
  readonly postHooks: readonly CompiledHook[];
  readonly external?: string;
  readonly location?: string;
  readonly locationSpan?: Span;
  readonly loader?: string;
  readonly freshness?: CompiledSource['freshness'];
  readonly arrivals?: CompiledSource['arrivals'];
  readonly sourceDescription: string;
  readonly sourceMeta: CompiledSource['sourceMeta'];
  readonly text: CompiledText;
}

type ColumnName = keyof NodeRows['nodes']['columns'];

abstract class StoredNode {
  protected readonly store: StoredNodes;
  protected readonly row: number;
  #id: NodeId | undefined;
  #rest: Rest | undefined;
  #fqn: readonly string[] | undefined;

  constructor(store: StoredNodes, row: number) {
    this.store = store;
    this.row = row;
  }

  protected at(column: ColumnName): number {
    return this.store.rows.nodes.columns[column].get(this.row);
  }

  protected textAt(column: ColumnName): string {
    return this.store.text(this.at(column));
  }

  protected get hasRest(): boolean {
    return this.at('rest') !== noBlob;
  }

  protected get rest(): Rest {
    return (this.#rest ??= this.store.rest(this.row) as Rest);
  }

  protected spanOf(list: Int32Array, at: number): Span {
    return { path: this.store.text(list[at] ?? noText), start: list[at + 1] ?? 0, end: list[at + 2] ?? 0 };
  }

  get id(): NodeId {
    return (this.#id ??= this.store.rows.nameOf(this.row));
  }

  get name(): string {
    return this.textAt('name');
  }

  get path(): string {
    return this.textAt('path');
  }

  get propertiesPath(): string | undefined {
    return this.at('properties') === noText ? undefined : this.textAt('properties');
  }

  get fqn(): readonly string[] {
    return (this.#fqn ??= [...this.store.folders(this.at('folders')), this.name]);
  }

  get description(): string {
    return this.rest.description;
  }

  get macros(): readonly string[] {
    return this.rest.macros;
  }

  /** Tags, config, and values of the raw config. */
  protected get settings(): NodeSettings {
    return this.store.value(this.at('settings')) as NodeSettings;
  }

  get tags(): readonly string[] {
    return this.settings[0];
  }

  get dependsOn(): readonly Dependency[] {
    const length = this.at('dependencyCount');
    const list = this.store.storage.lists.get({ start: this.at('dependencies'), length: length * 4 });
    return Array.from({ length }, (_, at) => ({
      id: this.store.rows.idOf(list[at * 4] ?? 0),
      span: this.spanOf(list, at * 4 + 1),
    }));
  }

  get rawConfig(): Readonly<Record<string, Located<YamlValue>>> {
    const [, , values] = this.settings;
    const list = this.store.storage.lists.get({ start: this.at('places'), length: this.at('placeCount') * 3 });
    return Object.fromEntries(Object.entries(values).map(([key, value], at) => [key, { value, span: this.spanOf(list, at * 3) }]));
  }
}

/** A node that the database has. */
abstract class StoredRelation extends StoredNode {
  get relation(): CompiledModel['relation'] {
    return { schema: this.textAt('schema'), name: this.textAt('relation') };
  }

  get columns(): readonly CompiledColumn[] {
    return this.rest.columns;
  }

  get freshness(): CompiledSource['freshness'] {
    return this.rest.freshness;
  }
}

class StoredModel extends StoredRelation {
  readonly resourceType = 'model';

  get config(): CompiledModel['config'] {
    return this.settings[1] as CompiledModel['config'];
  }

  get full(): CompiledText {
    return this.rest.full;
  }

  get incremental(): CompiledText | undefined {
    return this.rest.incremental;
  }

  get constraints(): readonly CompiledConstraint[] {
    return this.rest.constraints;
  }

  get preHooks(): readonly CompiledHook[] {
    return this.rest.preHooks;
  }

  get postHooks(): readonly CompiledHook[] {
    return this.rest.postHooks;
  }
}

class StoredSeed extends StoredRelation {
  readonly resourceType = 'seed';

  get config(): CompiledSeed['config'] {
    return this.settings[1] as CompiledSeed['config'];
  }

  get constraints(): readonly CompiledConstraint[] {
    return this.rest.constraints;
  }

  get preHooks(): readonly CompiledHook[] {
    return this.rest.preHooks;
  }

  get postHooks(): readonly CompiledHook[] {
    return this.rest.postHooks;
  }
}

class StoredSource extends StoredRelation {
  readonly resourceType = 'source';

  get sourceName(): string {
    return this.textAt('source');
  }

  override get macros(): readonly string[] {
    return [];
  }

  get external(): string | undefined {
    return this.rest.external;
  }

  get location(): string | undefined {
    return this.rest.location;
  }

  get locationSpan(): Span | undefined {
    return this.rest.locationSpan;
  }

  get loader(): string | undefined {
    return this.rest.loader;
  }

  get arrivals(): CompiledSource['arrivals'] {
    return this.rest.arrivals;
  }

  get sourceDescription(): string {
    return this.rest.sourceDescription;
  }

  get sourceMeta(): CompiledSource['sourceMeta'] {
    return this.rest.sourceMeta;
  }
}

class StoredTest extends StoredNode {
  readonly resourceType = 'test';
  #test: CompiledTest['test'] | undefined;

  #at(column: keyof NodeRows['tests']['columns']): number {
    return this.store.rows.tests.columns[column].get(this.at('detail'));
  }

  get config(): CompiledTest['config'] {
    return this.settings[1] as CompiledTest['config'];
  }

  override get description(): string {
    return this.store.text(this.#at('description'));
  }

  override get macros(): readonly string[] {
    return this.hasRest ? this.rest.macros : [];
  }

  get span(): Span {
    return { path: this.store.text(this.#at('path')), start: this.#at('start'), end: this.#at('end') };
  }

  get test(): CompiledTest['test'] {
    return (this.#test ??= this.#makeTest());
  }

  #makeTest(): CompiledTest['test'] {
    if (this.#at('check') === noText) return { kind: 'singular', text: this.rest.text };
    const column = this.#at('column');
    return {
      kind: 'generic',
      check: this.store.text(this.#at('check')),
      args: this.store.value(this.#at('args')) as CheckArguments,
      attachedTo: this.store.rows.idOf(this.#at('attached')),
      ...(column === noText ? {} : { column: this.store.text(column) }),
      ...(this.hasRest ? { text: this.rest.text } : {}),
    };
  }
}
