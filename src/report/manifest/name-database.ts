/** Puts the database in front of the relations that a text names: that is how other tools connect them with nodes. */
import type { Relation } from '../../adapter/relation.ts';
import type { Graph } from '../../graph/graph.ts';

const QUOTED_NAME = /"(?:[^"]|"")*"\."(?:[^"]|"")*"/g;

/** A function that changes the names of relations of the project, and no others. */
export function createNaming(
  graph: Graph,
  shortName: (relation: Relation) => string,
  relationName: (relation: Relation) => string,
): (sql: string) => string {
  let names: Map<string, string> | undefined;
  return (sql) => {
    if (names === undefined) {
      names = new Map();
      for (const node of graph.nodes.values()) if ('relation' in node) names.set(shortName(node.relation), relationName(node.relation));
    }
    const known = names;
    return sql.replaceAll(QUOTED_NAME, (name) => known.get(name) ?? name);
  };
}
