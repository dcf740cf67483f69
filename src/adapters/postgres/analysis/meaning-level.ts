/** One level of a query while its meaning is told: what its expressions can refer to. */
import { made, notFollowed } from '../../../adapter/lineage/told.ts';
import type { Told, ToldFlow, ToldRelations } from '../../../adapter/lineage/told.ts';
import { entryKinds } from './scope.ts';
import type { ServerNames } from './server-names.ts';
import { isNode, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

/** What all levels share. */
export interface MeaningWalk {
  readonly relations: ToldRelations;
  readonly names: ServerNames;
  readonly query: (query: TreeNode, outer: Level) => ToldFlow;
}

/** The column of an entry of FROM that stands at a place. */
export type ToldEntry = (at: number) => Told | undefined;

export class Level {
  readonly walk: MeaningWalk;
  readonly query: TreeNode;
  readonly outer: Level | undefined;
  readonly entries: readonly TreeNode[];
  /** By the number of the entry, as far as FROM was walked. */
  readonly columns = new Map<number, ToldEntry>();
  /** By the number of the entry, on which sides of which joins it stands: of two scans of one relation the columns are not the same. */
  readonly sides = new Map<number, string>();
  readonly ctes = new Map<string, ToldFlow>();
  /** Subqueries whose comparison is being told, the nearest last. */
  readonly compared: ToldFlow[] = [];
  /** Over which windows stand, once that is known. */
  rows: Told | undefined;

  constructor(walk: MeaningWalk, query: TreeNode, outer: Level | undefined) {
    this.walk = walk;
    this.query = query;
    this.outer = outer;
    this.entries = nodesAt(query, 'rtable');
  }

  above(levels: number): Level | undefined {
    return levels === 0 ? this : this.outer?.above(levels - 1);
  }

  /** The entry of the list that has a number. */
  target(number: number): TreeNode {
    return nodesAt(this.query, 'targetList').find((entry) => numberAt(entry, 'ressortgroupref') === number) ?? notFollowed();
  }

  /** The column of this level that a reference stands for, or the expression. */
  referred(node: TreeNode): Told | TreeNode {
    const [number, place] = [numberAt(node, 'varno'), numberAt(node, 'varattno')];
    // Columns of the system's own, whole rows, and what stands around a subquery.
    if (place <= 0 || numberAt(node, 'varlevelsup') > 0) return notFollowed();
    const entry = this.entries[number - 1];
    const kind = numberAt(entry, 'rtekind');
    const list = kind === entryKinds.join ? entry?.['joinaliasvars'] : kind === entryKinds.group ? entry?.['groupexprs'] : undefined;
    if (list !== undefined) {
      const expression = Array.isArray(list) ? list[place - 1] : undefined;
      return isNode(expression) ? expression : notFollowed();
    }
    const column = this.columns.get(number)?.(place - 1) ?? notFollowed();
    const sides = this.sides.get(number) ?? '';
    return sides === '' ? column : made(`of ${sides}`, [column]);
  }
}
