/** Finds what `ref` and `source` name. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { Note } from '../diagnostics/diagnostic.ts';
import type { ColumnProperties, ModelVersion } from '../parse/definitions.ts';
import { compareVersions } from '../parse/read-versions.ts';
import type { YamlValue } from '../project/project.ts';
import type { NodeId } from './compiled.ts';
import type { DisabledNode, ModelDraft, SeedDraft } from './drafts.ts';
import type { RefRequest, Resolver, Session, SourceRequest } from './session.ts';
import type { DeclaredSource } from './sources.ts';
import type { Failed, RelationValue, Value } from './values.ts';
import { fromYaml, relationValue } from './values.ts';

/** Name of the CTE that stands for an ephemeral model in whatever reads it. */
export function ephemeralName(name: string): string {
  return `__tx__cte__${name}`;
}

/** The versions of one model by their names, and the one that is meant where nobody says. */
interface Versions {
  readonly latest: string;
  readonly byName: Map<string, Referable>;
}

/** A model or seed that can be referred to. */
interface Referable {
  readonly kind: 'model' | 'seed';
  readonly id: NodeId;
  readonly value: RelationValue;
  readonly isEphemeral: boolean;
}

export interface IndexInput {
  readonly projectName: string;
  readonly dialect: Dialect;
  readonly models: readonly ModelDraft[];
  readonly seeds: readonly SeedDraft[];
  readonly sources: readonly DeclaredSource[];
  readonly disabled: readonly DisabledNode[];
  readonly findCheck: (name: string) => CheckDefinition | undefined;
}

export class NodeIndex implements Resolver {
  readonly #input: IndexInput;
  readonly #nodes = new Map<string, Referable>();
  readonly #versions = new Map<string, Versions>();
  readonly #sources = new Map<string, RelationValue>();
  readonly #columns = new Map<NodeId, readonly ColumnProperties[]>();
  readonly #disabled = new Map<string, DisabledNode>();

  constructor(input: IndexInput) {
    this.#input = input;
    const { dialect } = input;
    for (const draft of [...input.models, ...input.seeds]) {
      const isEphemeral = draft.kind === 'model' && draft.config.materialized === 'ephemeral';
      const sql = isEphemeral ? dialect.quoteIdentifier(ephemeralName(draft.name)) : dialect.relation(draft.where);
      const referable: Referable = { kind: draft.kind, id: draft.id, value: relationValue(sql, draft.id), isEphemeral };
      this.#nodes.set(draft.name, referable);
      if (draft.kind === 'model' && draft.version !== undefined) this.#addVersion(draft.version, referable);
      this.#columns.set(draft.id, draft.properties?.columns ?? []);
    }
    for (const { node, table } of input.sources) {
      this.#sources.set(`${node.sourceName}.${node.name}`, relationValue(node.external ?? dialect.relation(node.relation), node.id));
      this.#columns.set(node.id, table.columns);
    }
    for (const node of input.disabled) this.#disabled.set(`${node.kind === 'source' ? 'source' : 'node'} ${node.name}`, node);
  }

  #addVersion({ model, v, latest }: ModelVersion, referable: Referable): void {
    const known = this.#versions.get(model) ?? { latest: String(latest), byName: new Map<string, Referable>() };
    known.byName.set(String(v), referable);
    this.#versions.set(model, known);
  }

  get nodeNames(): readonly string[] {
    return [...this.#nodes.keys(), ...this.#versions.keys()];
  }

  /** The model or seed of that name; of a model with versions the one that is asked for, or else the latest. */
  find(name: string, version?: string): Referable | undefined {
    const versions = this.#versions.get(name);
    if (version !== undefined) return versions?.byName.get(version);
    return this.#nodes.get(name) ?? versions?.byName.get(versions.latest);
  }

  /** The versions of a model; undefined for a model without any. */
  versionsOf(name: string): readonly string[] | undefined {
    const versions = this.#versions.get(name);
    return versions === undefined ? undefined : [...versions.byName.keys()].sort(compareVersions);
  }

  /** The source table of that name, written `source.table`. */
  findSource(name: string): RelationValue | undefined {
    return this.#sources.get(name);
  }

  get sourceNames(): readonly string[] {
    return [...this.#sources.keys()];
  }

  findDisabled(kind: 'node' | 'source', name: string): DisabledNode | undefined {
    return this.#disabled.get(`${kind} ${name}`);
  }

  ref(session: Session, request: RefRequest): RelationValue | Failed {
    const { name, span } = request;
    const { projectName } = this.#input;
    if (request.package !== undefined && request.package !== projectName) {
      return session.report('unknown-package', { name: request.package, project: projectName }, span);
    }
    const found = this.find(name, request.version?.text);
    if (found === undefined) return this.#reportUnknown(session, request);
    if (found.id === session.node) return session.report('self-reference', { name }, span);
    if (found.isEphemeral && !session.takesEphemerals) return session.report('ephemeral-in-hook', { name }, span);
    if (!session.dependencies.has(found.id)) session.dependencies.set(found.id, session.calls[0]?.span ?? span);
    return found.value;
  }

  #reportUnknown(session: Session, request: RefRequest): Failed {
    const { name, span, version } = request;
    const known = this.versionsOf(name);
    if (version !== undefined && known === undefined && this.#nodes.has(name)) {
      return session.report('model-without-versions', { name }, version.span);
    }
    const asked = version?.text ?? this.#versions.get(name)?.latest;
    const disabled = this.findDisabled('node', name) ?? (asked === undefined ? undefined : this.findDisabled('node', `${name}.v${asked}`));
    if (disabled === undefined && known !== undefined && asked !== undefined) {
      return session.report('unknown-version', { model: name, version: asked, known }, version?.span ?? span);
    }
    if (disabled !== undefined) return session.report('disabled-ref', { kind: disabled.kind, name }, span, disabledNotes(disabled));
    const source = this.sourceNames.find((candidate) => candidate.endsWith(`.${name}`));
    const form = source === undefined ? undefined : `source "${source.slice(0, -name.length - 1)}" "${name}"`;
    return session.report('ref-not-found', { name, known: this.nodeNames, source: form }, span);
  }

  source(session: Session, request: SourceRequest): RelationValue | Failed {
    const name = `${request.source}.${request.table}`;
    const found = this.#sources.get(name);
    if (found === undefined) {
      const disabled = this.findDisabled('source', name);
      if (disabled !== undefined) return session.report('disabled-ref', { kind: 'source', name }, request.span, disabledNotes(disabled));
      return session.report('source-not-found', { name, known: this.sourceNames }, request.span);
    }
    if (!session.dependencies.has(found.id)) session.dependencies.set(found.id, session.calls[0]?.span ?? request.span);
    return found;
  }

  acceptedValues(id: NodeId, column: string): readonly Value[] | undefined {
    const tests = this.#columns.get(id)?.find((candidate) => candidate.name.toLowerCase() === column.toLowerCase())?.tests ?? [];
    const test = tests.find((candidate) => this.#input.findCheck(candidate.check)?.name === 'accepted_values');
    const values = test?.args['values']?.value ?? test?.args['value_set']?.value;
    // `Array.isArray` does not narrow a readonly array out of the union; the branch proves it.
    return Array.isArray(values) ? (values as readonly YamlValue[]).map(fromYaml) : undefined;
  }
}

function disabledNotes(disabled: DisabledNode): readonly Note[] {
  return disabled.span === undefined ? [] : [{ message: 'it is turned off here', span: disabled.span }];
}
