/** Names of nodes and relations: unique ids, where a node is built, and which names get in each other's way. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Project } from '../project/project.ts';
import type { CompiledNodeUnion, NodeId } from './compiled.ts';

/** The name of a node within its project, as its id has it: `orders`, `raw.orders`. */
export function nameInId(id: NodeId): string {
  return id.split('.').slice(2).join('.');
}

/** A unique id from its parts: `model.shop.orders`. */
export function nodeIdOf(kind: CompiledNodeUnion['resourceType'], project: string, ...names: readonly string[]): NodeId {
  // The one place that makes ids.
  return [kind, project, ...names].join('.') as NodeId;
}

/** Folders between a configured path and a file. */
export function foldersOf(path: string, base: string): readonly string[] {
  const below = base === '' || base === '.' ? path : path.slice(base.length + 1);
  return below.split('/').slice(0, -1);
}

/** The configured folder that a property file with nodes or tests lies in. */
export function propertiesBase({ paths }: Project, path: string): string {
  return [...paths.models, ...paths.seeds, ...paths.snapshots].find((folder) => path.startsWith(`${folder}/`)) ?? '';
}

/** Where a node is built: the target's schema alone, or with the node's own behind it. */
export function relationOf(
  project: Project,
  name: string,
  config: { readonly schema?: string | undefined; readonly alias?: string | undefined },
): Relation {
  const { schema, schemaNaming, env } = project.target;
  const base = env?.schema ?? schema;
  const own = config.schema;
  const full = own === undefined ? base : schemaNaming === 'plain' ? own : `${base}_${own}`;
  return { schema: `${full}${env?.suffix ?? ''}`, name: config.alias ?? name };
}

/** A node as far as its names go. */
export interface NamedNode {
  readonly id: NodeId;
  readonly name: string;
  readonly path: string;
  /** Undefined for what is never built. */
  readonly relation: Relation | undefined;
  /** Where `schema` and `alias` were set, when somebody set them. */
  readonly schemaSpan: Span | undefined;
  readonly aliasSpan: Span | undefined;
}

const fileStart = (path: string): Span => ({ path, start: 0, end: 0 });

/** Names with one such form are too easy to take for each other. */
export function alikeForm(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Two files of one name, or of names that a file system or database would take for one. */
export function findDuplicateNames(nodes: readonly NamedNode[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const byName = new Map<string, NamedNode>();
  const folded = new Map<string, NamedNode>();
  for (const node of nodes) {
    const first = byName.get(node.name);
    const key = alikeForm(node.name);
    const alike = folded.get(key);
    const span = fileStart(node.path);
    if (first !== undefined) {
      const notes = [{ message: `the other one is \`${first.path}\``, span: fileStart(first.path) }];
      diagnostics.push(diagnose('duplicate-name', { name: node.name, first: first.path, second: node.path }, { span, notes }));
    } else if (alike !== undefined) {
      const notes = [{ message: `the other one is \`${alike.path}\``, span: fileStart(alike.path) }];
      diagnostics.push(diagnose('names-too-alike', { name: node.name, other: alike.name }, { span, notes }));
    } else {
      byName.set(node.name, node);
      folded.set(key, node);
    }
  }
  return diagnostics;
}

function schemaProblem(name: string, dialect: Dialect): string | undefined {
  return dialect.identifierProblem(name) ?? (dialect.isReservedSchema(name) ? 'is the name of a schema of the database itself' : undefined);
}

/** The schemas that project.yaml names: of the target, and of the state. */
export function checkSchemas({ target, stateSchema, stateSchemaSpan, file }: Project, dialect: Dialect): readonly Diagnostic[] {
  const named = [
    { name: target.schema, span: target.schemaSpan },
    { name: stateSchema, span: stateSchemaSpan },
  ];
  return named.flatMap(({ name, span = fileStart(file.path) }) => {
    const problem = schemaProblem(name, dialect);
    return problem === undefined ? [] : [diagnose('bad-identifier', { name, problem }, { span })];
  });
}

/** Names of one node that the database cannot have. */
export function checkRelation(node: NamedNode, project: Project, dialect: Dialect): readonly Diagnostic[] {
  const { relation, id } = node;
  if (relation === undefined) return [];
  const nameSpan = node.aliasSpan ?? fileStart(node.path);
  const schemaSpan = node.schemaSpan ?? fileStart(node.path);
  const problems = [
    { name: relation.name, problem: dialect.identifierProblem(relation.name), span: nameSpan },
    // What is wrong with the schema of the target is said once, of the target.
    {
      name: relation.schema,
      problem: relation.schema === project.target.schema ? undefined : schemaProblem(relation.schema, dialect),
      span: schemaSpan,
    },
  ];
  const diagnostics: Diagnostic[] = [];
  for (const { name, problem, span } of problems) {
    if (problem !== undefined) diagnostics.push(diagnose('bad-identifier', { name, problem }, { span, node: id }));
  }
  if (dialect.foldIdentifier(relation.schema) === dialect.foldIdentifier(project.stateSchema)) {
    diagnostics.push(diagnose('schema-holds-state', { schema: relation.schema }, { span: schemaSpan, node: id }));
  }
  return diagnostics;
}

/** Relations with one such form are one relation to the database. */
export function relationForm(relation: Relation, dialect: Dialect): string {
  return JSON.stringify([dialect.foldIdentifier(relation.schema), dialect.foldIdentifier(relation.name)]);
}

/** Two nodes that would be built as one relation. */
export function findCollisions(nodes: readonly NamedNode[], dialect: Dialect): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const built = new Map<string, NamedNode>();
  for (const node of nodes) {
    const { relation } = node;
    if (relation === undefined) continue;
    const key = relationForm(relation, dialect);
    const first = built.get(key);
    if (first === undefined) built.set(key, node);
    // Two files of one name have been reported as such.
    else if (alikeForm(first.name) !== alikeForm(node.name)) {
      const notes = [{ message: `the other one is \`${first.path}\``, span: fileStart(first.path) }];
      const params = { relation: dialect.relation(relation), first: first.path, second: node.path };
      diagnostics.push(diagnose('relation-collision', params, { span: node.aliasSpan ?? fileStart(node.path), notes }));
    }
  }
  return diagnostics;
}
