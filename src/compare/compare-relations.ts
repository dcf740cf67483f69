/** Compares two relations inside the database: what comes back are counts and a few rows. */
import type { Tolerance } from '../adapter/compare-sql.ts';
import type { Connection, ResultSet } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { CatalogRelation, Column } from '../adapter/relation.ts';
import { chooseKey, compareSchemas } from './compare-schemas.ts';
import type { KeyProblem, RelationComparison, RowDifference, RowKey, Sides } from './comparison.ts';
import {
  bagsStatement,
  changedStatement,
  countsStatement,
  duplicatesStatement,
  hasMeanings,
  joinStatement,
  keysStatement,
  surplusStatement,
  unlikeBagsStatement,
  unlikeStatement,
  withoutStatement,
} from './comparison-sql.ts';
import type { ComparedRelations } from './comparison-sql.ts';
import { hide, masker, named } from './samples.ts';

/** One side: the relation as the catalog has it, and its name in SQL. */
export interface ComparedSide {
  readonly found: CatalogRelation;
  readonly sql: string;
}

export interface CompareRequest {
  readonly sides: Sides<ComparedSide | undefined>;
  /** By preference; one whose columns are not on both sides is passed over. */
  readonly keys: readonly RowKey[];
  /** Columns whose values must not be shown. */
  readonly masked: readonly string[];
  readonly tolerance: Tolerance | undefined;
  /** Most rows of each sample. */
  readonly limit: number;
}

interface Work extends Pick<CompareRequest, 'masked' | 'limit'> {
  readonly connection: Connection;
  readonly dialect: Dialect;
}

type Side = keyof Sides<unknown>;

export async function compareRelations(connection: Connection, dialect: Dialect, request: CompareRequest): Promise<RelationComparison> {
  const { here, there } = request.sides;
  if (here === undefined || there === undefined) return { kind: 'absent', here: here !== undefined, there: there !== undefined };
  const { difference, shared } = compareSchemas({ here: here.found.columns, there: there.found.columns }, dialect);
  const all: ComparedRelations = {
    dialect,
    from: { here: here.sql, there: there.sql },
    keys: [],
    values: shared,
    tolerance: request.tolerance,
  };
  const work: Work = { connection, dialect, masked: request.masked, limit: request.limit };
  return { kind: 'compared', schema: difference, rows: await compareRows(work, all, request.keys) };
}

async function compareRows(work: Work, all: ComparedRelations, keys: readonly RowKey[]): Promise<RowDifference> {
  const parts = chooseKey(keys, all.values, work.dialect);
  if (parts === undefined) return compareBags(work, all, undefined);
  const { chosen, ...columns } = parts;
  const relations: ComparedRelations = { ...all, ...columns };
  const { rows } = await query(work, keysStatement(relations));
  const numbers = (at: number): Sides<number> => ({ here: Number(rows[0]?.[at]), there: Number(rows[1]?.[at]) });
  const duplicates = numbers(2);
  if (duplicates.here + duplicates.there === 0)
    return compareByKey(work, relations, { key: chosen, counts: numbers(1), nullKeys: numbers(3) });
  const sample = (side: Side): Promise<ResultSet | undefined> =>
    sampleOf(work, duplicates[side], () => duplicatesStatement(relations, side, work.limit), named(relations.keys, side, 'rows'));
  const problem = { key: chosen, duplicates, samples: { here: await sample('here'), there: await sample('there') } };
  return compareBags(work, all, problem);
}

interface Keyed {
  readonly key: RowKey;
  readonly counts: Sides<number>;
  readonly nullKeys: Sides<number>;
}

async function compareByKey(work: Work, relations: ComparedRelations, keyed: Keyed): Promise<RowDifference> {
  const hasNulls = keyed.nullKeys.here > 0 && keyed.nullKeys.there > 0;
  const { rows } = await query(work, joinStatement(relations, hasNulls));
  const [onlyHere = 0, onlyThere = 0, paired = 0, ...unlike] = (rows[0] ?? []).map(Number);
  const again = (unlike[0] ?? 0) > 0 && hasMeanings(relations);
  const [changed = 0, ...differing] = again ? await numbersOf(work, unlikeStatement(relations, hasNulls)) : unlike;
  const without = { here: onlyHere, there: onlyThere };
  const columns = relations.values.map(({ here }, at) => ({ name: here.name, differing: differing[at] ?? 0 }));
  const sample = (side: Side): Promise<ResultSet | undefined> =>
    sampleOf(
      work,
      without[side],
      () => withoutStatement(relations, side, hasNulls, work.limit),
      named([...relations.keys, ...relations.values], side),
    );
  return {
    kind: 'keyed',
    ...keyed,
    without,
    paired,
    changed,
    columns,
    changedCells:
      changed === 0
        ? undefined
        : await changedCells(
            work,
            relations,
            hasNulls,
            columns.map((column) => column.differing),
          ),
    samples: { here: await sample('here'), there: await sample('there') },
  };
}

/** Rows that differ, one line for each cell that does. */
async function changedCells(work: Work, relations: ComparedRelations, hasNulls: boolean, differing: readonly number[]): Promise<ResultSet> {
  const columns = differing.flatMap((count, at) => (count > 0 ? [at] : []));
  const { rows } = await query(work, changedStatement(relations, hasNulls, columns, work.limit));
  const keys = named(relations.keys, 'here');
  const isMasked = masker(work);
  const cells = rows.flatMap((row) => {
    const key = row.slice(0, keys.length).map((cell, at) => hide(cell, isMasked(keys[at]?.name)));
    return columns.flatMap((at, index) => {
      const [here = null, there = null, same = null] = row.slice(keys.length + index * 3);
      const name = relations.values[at]?.here.name ?? '';
      return same === true ? [] : [[...key, name, hide(here, isMasked(name)), hide(there, isMasked(name))]];
    });
  });
  return { columns: [...keys, ...['column', 'here', 'there'].map((name) => ({ name, type: '' }))], rows: cells };
}

async function compareBags(work: Work, all: ComparedRelations, problem: KeyProblem | undefined): Promise<RowDifference> {
  const none = { here: undefined, there: undefined };
  if (all.values.length === 0) {
    const { rows } = await query(work, countsStatement(all));
    const [here = 0, there = 0] = (rows[0] ?? []).map(Number);
    return { kind: 'bare', problem, counts: { here, there }, without: { here: 0, there: 0 }, samples: none };
  }
  const { rows } = await query(work, bagsStatement(all));
  const [here = 0, there = 0, ...more] = (rows[0] ?? []).map(Number);
  const again = more.every((count) => count > 0) && hasMeanings(all);
  const [moreHere = 0, moreThere = 0] = again ? await numbersOf(work, unlikeBagsStatement(all)) : more;
  const without = { here: moreHere, there: moreThere };
  const sample = (side: Side): Promise<ResultSet | undefined> =>
    sampleOf(work, without[side], () => surplusStatement(all, side, work.limit), named(all.values, side, 'rows'));
  return { kind: 'bare', problem, counts: { here, there }, without, samples: { here: await sample('here'), there: await sample('there') } };
}

async function sampleOf(work: Work, count: number, statement: () => string, columns: readonly Column[]): Promise<ResultSet | undefined> {
  if (count === 0 || work.limit === 0) return undefined;
  const { rows } = await query(work, statement());
  const isMasked = masker(work);
  return { columns, rows: rows.map((row) => row.map((cell, at) => hide(cell, isMasked(columns[at]?.name)))) };
}

function query({ connection }: Work, sql: string): Promise<ResultSet> {
  return connection.query({ sql });
}

/** The numbers of the one row that a statement gives. */
async function numbersOf(work: Work, sql: string): Promise<readonly number[]> {
  return ((await query(work, sql)).rows[0] ?? []).map(Number);
}
