/** The sides of a node that `state:` compares, each as one text: equal texts mean nothing changed. */
import type { Age, CompiledConstraint } from '../compile/compiled.ts';
import type { Owner } from '../parse/definitions.ts';
import type { ContentHash } from './content-hash.ts';
import type { GraphNode } from './graph.ts';
import { nodeConfig } from './node-config.ts';
import type { PlainObject, PlainValue } from './plain-value.ts';
import { canonicalJson, toPlain } from './plain-value.ts';

export interface NodeFacets {
  /** A hash of the SQL, or what a source says of its data. Undefined where it is not known, as in a manifest of another program. */
  readonly body: string | undefined;
  readonly configs: string;
  readonly descriptions: string;
  /** The descriptions that stand in the database too. */
  readonly persisted: string;
  /** As it was asked for: where a target puts it is no change. */
  readonly relation: string;
  readonly contract: string;
  /** The declared columns where rows are held to them. */
  readonly promised: string;
  readonly constraints: string;
  readonly fqn: string;
}

/** Config that has a side of its own, or says only how a node is found. What it says of tests is config of these. */
const elsewhere: ReadonlySet<string> = new Set(['schema', 'alias', 'database', 'tags', 'group', 'contract', 'tests']);

type Facts = Readonly<Record<string, unknown>>;

/** What facets are made of: a node of a manifest, or of the graph in the same words. */
export interface FacetSource {
  readonly body: string | undefined;
  readonly config: PlainObject;
  readonly description: string;
  readonly columns: readonly {
    readonly name: string;
    readonly description: string;
    readonly dataType: string | undefined;
    readonly constraints: readonly Facts[];
  }[];
  /** Of the whole table; a manifest has them of models only. */
  readonly constraints: readonly Facts[];
  /** Schema and name of a source, which no target decides. */
  readonly place: readonly string[] | undefined;
  readonly fqn: readonly string[];
}

/** What a source says of where its data comes from, in the words of a manifest. */
export interface SourceFacts extends PlainObject {
  readonly loader: string;
  readonly external: { readonly location: string; readonly sql: string } | null;
  readonly freshness: PlainObject | null;
  readonly loaded_at_field: string | null;
  readonly loaded_at_query: string | null;
}

export function sourceFacts(node: Extract<GraphNode, { resourceType: 'source' }>): SourceFacts {
  const { freshness } = node;
  const age = (after: Age | undefined): PlainObject | null => (after === undefined ? null : { count: after.count, period: after.period });
  return {
    loader: node.loader ?? '',
    external: node.external === undefined ? null : { location: node.location ?? '', sql: node.external },
    freshness:
      freshness === undefined
        ? null
        : { warn_after: age(freshness.warnAfter), error_after: age(freshness.errorAfter), filter: freshness.filter ?? null },
    loaded_at_field: freshness?.loadedAt?.kind === 'field' ? freshness.loadedAt.sql : null,
    loaded_at_query: freshness?.loadedAt?.kind === 'query' ? freshness.loadedAt.sql : null,
  };
}

/** The facts as one text, from a node or from its entry in a manifest. */
export function sourceBody(facts: Facts): string {
  return canonicalJson(['loader', 'external', 'freshness', 'loaded_at_field', 'loaded_at_query'].map((key) => facts[key] ?? null));
}

/** Somebody responsible, in the words of a manifest. */
export function plainOwner({ name, email, more }: Owner): PlainObject {
  const others = Object.entries(more).map(([key, value]) => [key, toPlain(value)] as const);
  return { ...Object.fromEntries(others), name: name ?? null, email: email ?? null };
}

/** All that an exposure says as one text, from a node or from its entry in a manifest. */
export function exposureBody(facts: Facts, parents: readonly string[]): string {
  const said = ['type', 'label', 'maturity', 'url', 'owner', 'description'].map((key) => facts[key] ?? null);
  return canonicalJson([...said, [...parents].sort()]);
}

function bodyOf(node: GraphNode, content: ContentHash): string | undefined {
  if (node.resourceType === 'source') return sourceBody(sourceFacts(node));
  if (node.resourceType !== 'exposure') return content(node);
  const { type, label, maturity, url, owner, description, dependsOn } = node;
  return exposureBody(
    { type, label, maturity, url, owner: plainOwner(owner), description },
    dependsOn.map(({ id }) => id),
  );
}

/** A constraint in the words of a manifest. */
export function plainConstraint({ type, columns, name, expression, to, onColumn }: CompiledConstraint): PlainObject {
  return {
    type,
    name: name ?? null,
    expression: expression ?? null,
    to: to?.text ?? null,
    to_columns: to?.columns ?? [],
    warn_unenforced: true,
    warn_unsupported: true,
    ...(onColumn ? {} : { columns }),
  };
}

/** What makes a constraint, from a node or from its entry in a manifest. */
function constraintFacts(constraints: readonly Facts[]): readonly unknown[] {
  return constraints.map((facts) => ['type', 'name', 'expression', 'to', 'to_columns', 'columns'].map((key) => facts[key] ?? null));
}

/** Whether a config that is a mapping says yes to that. */
function says(config: PlainValue | undefined, key: string): boolean {
  return typeof config === 'object' && config !== null && key in config && (config as PlainObject)[key] === true;
}

export function makeFacets(source: FacetSource): NodeFacets {
  const { config } = source;
  // Their order is that of a JSON object, which keeps none for names such as `1`.
  const columns = source.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const configs = Object.entries(config).filter(([key, value]) => !elsewhere.has(key) && value !== null);
  const asked = ['database', 'schema', 'alias'].map((key) => config[key] ?? null);
  const contract = canonicalJson([config['contract'] ?? null, columns.map(({ name, dataType }) => [name, dataType ?? null])]);
  const described = columns.map(({ name, description }) => [name, description]);
  const constrained = columns.flatMap(({ name, constraints }) => (constraints.length > 0 ? [[name, constraintFacts(constraints)]] : []));
  return {
    body: source.body,
    configs: canonicalJson(Object.fromEntries(configs)),
    descriptions: canonicalJson([source.description, described]),
    persisted: canonicalJson([
      says(config['persist_docs'], 'relation') ? source.description : '',
      says(config['persist_docs'], 'columns') ? described : [],
    ]),
    relation: canonicalJson(source.place ?? asked),
    contract,
    promised: says(config['contract'], 'enforced') ? contract : '',
    constraints: canonicalJson([constraintFacts(source.constraints), constrained]),
    fqn: canonicalJson(source.fqn),
  };
}

/** The config of a node as artifacts show it. */
export function plainConfig(node: GraphNode): PlainObject {
  const config: Record<string, PlainValue> = {};
  for (const [key, value] of Object.entries(nodeConfig(node))) config[key] = toPlain(value);
  return config;
}

/** The facets of a node of the graph. */
export function facetsOf(node: GraphNode, content: ContentHash): NodeFacets {
  const columns = 'columns' in node ? node.columns : [];
  const constraints = 'constraints' in node ? node.constraints : [];
  const constraintsOf = (column: string): readonly Facts[] =>
    constraints.filter(({ onColumn, columns: [first] }) => onColumn && first === column).map(plainConstraint);
  return makeFacets({
    body: bodyOf(node, content),
    config: plainConfig(node),
    description: node.description,
    columns: columns.map(({ name, description, dataType }) => ({ name, description, dataType, constraints: constraintsOf(name) })),
    constraints: node.resourceType === 'model' ? constraints.filter(({ onColumn }) => !onColumn).map(plainConstraint) : [],
    place: node.resourceType === 'source' ? [node.relation.schema, node.relation.name] : undefined,
    fqn: node.fqn,
  });
}
