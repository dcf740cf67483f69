/** What SQL of hooks may do to the names that queries know, as far as its text tells. */
import type { CompiledHook } from '../compile/compiled.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';

/** `relations` are made or changed, all of which the text names; `anything` may be functions, operators, or what is called does. */
type Effect = 'nothing' | 'relations' | 'anything';

interface HookStatement {
  /** In small letters. */
  readonly text: string;
  readonly effect: Exclude<Effect, 'nothing'>;
}

const MAKES_NOTHING =
  /^(?:grant|revoke|analyze|vacuum|comment|truncate|checkpoint|reindex|cluster|notify|lock|insert|update|delete|merge|refresh|copy|(?:create|drop|alter)\s+(?:unique\s+)?index)\b/;
const SETTINGS =
  /^set\s+(?:local\s+|session\s+|global\s+)?(?:time\s*zone|timezone|role|threads|work_mem|maintenance_work_mem|memory_limit|\w+_timeout)\b/;
const OF_RELATIONS =
  /^(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:(?:local|global|temp|temporary|unlogged|external|foreign|recursive|materialized)\s+)*(?:table|view|sequence|schema)\b/;
const SAME_COLUMNS = /\badd\s+(?:constraint|primary|unique|foreign|check)\b|\bdrop\s+constraint\b/g;

/** What the statement of a hook may do; a text of several counts by each of them. */
function effectOf(statement: string): Effect {
  if (statement === '' || MAKES_NOTHING.test(statement) || SETTINGS.test(statement)) return 'nothing';
  if (/^(?:select|from|values)\b/.test(statement) && !/\(|\binto\b/.test(statement)) return 'nothing';
  if (!OF_RELATIONS.test(statement)) return 'anything';
  return /^alter\b/.test(statement) && !/\b(?:add|drop|rename|type)\b/.test(statement.replaceAll(SAME_COLUMNS, ''))
    ? 'nothing'
    : 'relations';
}

/** A semicolon in a text makes parts that begin with nothing known: they may do anything. */
function statementsOf(sql: string): readonly HookStatement[] {
  const plain = sql.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ').toLowerCase();
  return plain.split(';').flatMap((part) => {
    const text = part.trim();
    const effect = effectOf(text);
    return effect === 'nothing' ? [] : [{ text, effect }];
  });
}

/** All hooks that may have run before a query of the project. */
export class HookEffects {
  readonly #statements: readonly HookStatement[];

  constructor(graph: Graph, runStart: readonly CompiledHook[]) {
    const hooks = [...runStart, ...[...graph.nodes.values()].flatMap(hooksOf)];
    this.#statements = hooks.flatMap(({ text }) => statementsOf(text.sql));
  }

  /** Whether functions, types, operators or casts may be there that nobody sees now. */
  get mayMakeNames(): boolean {
    return this.#statements.some(({ effect }) => effect === 'anything');
  }

  /** Whether a relation of the name may be made, or made anew with other columns. */
  mayChange(name: string): boolean {
    const small = name.toLowerCase();
    return this.#statements.some(({ text }) => names(text, small));
  }
}

/** Whether it stands there as a word of its own. */
function names(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!/[\p{L}\p{N}_$]$/u.test(text.slice(0, at)) && !/^[\p{L}\p{N}_$]/u.test(text.slice(at + name.length))) return true;
  return false;
}

function hooksOf(node: GraphNode): readonly CompiledHook[] {
  return 'preHooks' in node ? [...node.preHooks, ...node.postHooks] : [];
}
