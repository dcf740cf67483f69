/** Sends queries to the engine's binder, many in one round trip, and reads the plans that come back. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../quoting.ts';
import { blankSemicolons } from '../../../adapter/sql-tokens.ts';
import type { Expression, Operator, Projection } from './plan.ts';
import type { PlanError } from './plan-error.ts';

const before = 'select * from (';

/** The length of what stands before a query in the text that is bound. */
export const wrapperLength: number = before.length;

/**
 * The query as the table of an outer one: the outer one's columns then have the names and types that a table made of
 * the query has. The line break ends a comment.
 */
export function wrapped(sql: string): string {
  return `${before}${blankSemicolons(sql)}\n)`;
}

/** The outer projection of a wrapped query. */
export type QueryPlan = Projection & { readonly children: readonly [Operator] };

interface PlanText {
  readonly error: false;
  readonly plans: readonly [QueryPlan];
}

/** Plans of wrapped queries, in their order, as JSON. Nothing is optimized, so that every operator is one that the user wrote. */
export function requestPlans(connection: DuckDBConnection, queries: readonly string[]): Promise<readonly string[]> {
  return requestJson(connection, 'json_serialize_plan(q, optimize := false, skip_null := true)', queries);
}

export function readPlan(text: string): QueryPlan | PlanError {
  // The engine writes one of these two shapes.
  const result = JSON.parse(text) as PlanText | PlanError;
  return result.error ? result : result.plans[0];
}

/** Parse trees of queries that are known to parse. Not wrapped: places count in the text itself. */
export async function readTrees(connection: DuckDBConnection, queries: readonly string[]): Promise<readonly unknown[]> {
  if (queries.length === 0) return [];
  const texts = await requestJson(connection, 'json_serialize_sql(q, skip_null := true, skip_empty := true)', queries);
  return texts.map((text) => {
    // The engine's own shape; every reader of it looks before it reads.
    const { statements } = JSON.parse(text) as { readonly statements?: readonly unknown[] };
    return statements?.[0];
  });
}

async function requestJson(connection: DuckDBConnection, call: string, queries: readonly string[]): Promise<readonly string[]> {
  const rows = queries.map((sql) => `(${quoteText(sql)})`).join(', ');
  const result = await connection.runAndReadAll(`select ${call} from (values ${rows}) as queries(q)`);
  return result.getRows().map(([text]) => String(text));
}

/** What an expression of the outer projection refers to, behind the type that the engine gives to what has none. */
export function referredExpression(expression: Expression): Expression {
  return expression.expression_class === 'BOUND_CAST' ? expression.child : expression;
}
