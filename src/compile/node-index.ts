/** Finds what `ref` and `source` name. */
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { Note } from '../diagnostics/diagnostic.ts';
import type { ColumnProperties } from '../parse/definitions.ts';
import { compareVersions } from '../parse/compare-versions.ts';
import type { YamlValue } from '../project/project.ts';
import type { NodeId } from './compiled.ts';
import type { DisabledNode } from './compiled.ts';
import type { FactValues, ReferableNode, VersionedNode } from './fact.ts';
import type { Asker } from './facts.ts';
import { nodeIdOf } from './naming.ts';
import type { RefRequest, Resolver, Session, SourceRequest } from './session.ts';
import type { Failed, RelationValue, Value } from './values.ts';
import { failed, fromYaml, relationValue } from './values.ts';

/** Name of the CTE that stands for an ephemeral model in whatever reads it. */
export function ephemeralName(name: string): string {
  return `__tx__cte__${name}`;
}

/** Finds nodes for one file, which asks. */
export class NodeIndex implements Resolver {
  readonly #asker: Asker;
  readonly #projectName: string;

  constructor(asker: Asker, projectName: string) {
    this.#asker = asker;
    this.#projectName = projectName;
  }

  get nodeNames(): readonly string[] {
    return [...new Set([...this.#asker.names('node'), ...this.#asker.names('latest-version')])];
  }

  get sourceNames(): readonly string[] {
    return this.#asker.names('source');
  }

  /** The model or seed of that name; of a model with versions the one that is asked for, or else the latest. */
  find(name: string, version?: string): ReferableNode | undefined {
    if (version !== undefined) return this.#asker.get('version', `${name}.v${version}`)?.node;
    return this.#asker.get('node', name) ?? this.#asker.get('latest-version', name);
  }

  /** The versions of a model, for messages; undefined for a model without any. */
  versionsOf(name: string): readonly string[] | undefined {
    const versions = this.#versions(name).map(({ v }) => v);
    return versions.length === 0 ? undefined : versions.sort(compareVersions);
  }

  #versions(name: string): readonly VersionedNode[] {
    const names = this.#asker.names('version').filter((version) => version.startsWith(`${name}.v`));
    return names.flatMap((version) => this.#asker.get('version', version) ?? []).filter(({ model }) => model === name);
  }

  /** The source table of that name, written `source.table`. */
  findSource(name: string): FactValues['source'] | undefined {
    return this.#asker.get('source', name);
  }

  findDisabled(kind: 'node' | 'source', name: string): DisabledNode | undefined {
    return this.#asker.get(`disabled-${kind}`, name);
  }

  ref(session: Session, request: RefRequest): RelationValue | Failed {
    const { name, span } = request;
    const projectName = this.#projectName;
    if (request.package !== undefined && request.package !== projectName) {
      return session.report('unknown-package', { name: request.package, project: projectName }, span);
    }
    const found = this.find(name, request.version?.text);
    if (found === undefined) return this.#reportUnknown(session, request);
    if (found.id === session.node) return session.report('self-reference', { name }, span);
    if (found.isEphemeral && !session.takesEphemerals) return session.report('ephemeral-in-hook', { name }, span);
    if (!session.dependencies.has(found.id)) session.dependencies.set(found.id, session.calls[0]?.span ?? span);
    return relationValue(found.sql, found.id, found.versions);
  }

  #reportUnknown(session: Session, request: RefRequest): Failed {
    const { name, span, version } = request;
    const known = this.versionsOf(name);
    if (version !== undefined && known === undefined && this.#asker.get('node', name) !== undefined) {
      return session.report('model-without-versions', { name }, version.span);
    }
    const asked = version?.text ?? this.#versions(name)[0]?.latest;
    const disabled = this.findDisabled('node', name) ?? (asked === undefined ? undefined : this.findDisabled('node', `${name}.v${asked}`));
    if (disabled === undefined && known !== undefined && asked !== undefined) {
      return session.report('unknown-version', { model: name, version: asked, known }, version?.span ?? span);
    }
    if (disabled !== undefined) return session.report('disabled-ref', { kind: disabled.kind, name }, span, disabledNotes(disabled));
    const source = this.sourceNames.find((candidate) => candidate.endsWith(`.${name}`));
    const form = source === undefined ? undefined : `source "${source.slice(0, -name.length - 1)}" "${name}"`;
    // Who asks is no answer.
    const others = this.nodeNames.filter((known) => nodeIdOf('model', this.#projectName, known) !== session.node);
    return session.report('ref-not-found', { name, known: others, source: form }, span);
  }

  source(session: Session, request: SourceRequest): RelationValue | Failed {
    const name = `${request.source}.${request.table}`;
    const found = this.findSource(name);
    if (found === undefined) {
      const disabled = this.findDisabled('source', name);
      if (disabled !== undefined) return session.report('disabled-ref', { kind: 'source', name }, request.span, disabledNotes(disabled));
      if (session.environment.lost.sources) return failed;
      return session.report('source-not-found', { name, known: this.sourceNames }, request.span);
    }
    if (!session.dependencies.has(found.id)) session.dependencies.set(found.id, session.calls[0]?.span ?? request.span);
    return relationValue(found.sql, found.id);
  }

  acceptedValues(id: NodeId, column: string): readonly Value[] | undefined {
    const declared = this.#asker.get('accepted-values', id);
    const key = column.toLowerCase();
    return declared !== undefined && Object.hasOwn(declared, key) ? declared[key]?.map(fromYaml) : undefined;
  }
}

/** The values that `accepted_values` tests declare, by lower-case column; undefined where none does. */
export function acceptedValuesOf(
  columns: readonly ColumnProperties[],
  findCheck: (name: string) => CheckDefinition | undefined,
): FactValues['accepted-values'] | undefined {
  const found = new Map<string, readonly YamlValue[]>();
  const seen = new Set<string>();
  for (const { name, tests } of columns) {
    const key = name.toLowerCase();
    if (seen.has(key)) continue;
    seen.add(key);
    const test = tests.find((candidate) => findCheck(candidate.check)?.name === 'accepted_values');
    const values = test?.args['values']?.value ?? test?.args['value_set']?.value;
    // `Array.isArray` does not narrow a readonly array out of the union; the branch proves it.
    if (Array.isArray(values)) found.set(key, values as readonly YamlValue[]);
  }
  return found.size === 0 ? undefined : Object.fromEntries(found);
}

function disabledNotes(disabled: DisabledNode): readonly Note[] {
  return disabled.span === undefined ? [] : [{ message: 'it is turned off here', span: disabled.span }];
}
