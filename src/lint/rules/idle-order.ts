/** Finds orders that nobody gets: those of a whole model, without a limit that needs them. */
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { isComment, nextSqlToken } from '../../parse/sql-scan.ts';

export function findIdleOrder(context: LintContext, model: CompiledModel): readonly Finding[] {
  const text = context.queryOf(model);
  if (text === undefined) return [];
  const { orderBy, hasLimit, branches } = text.query;
  // `distinct on` keeps the first row of each group in that order.
  const needsOrder = hasLimit || branches.some((branch) => branch.kind !== 'select' || branch.distinct === 'on');
  const place = orderBy === undefined || needsOrder ? undefined : context.placeOf(model, text, orderBy);
  if (orderBy === undefined || place === undefined) return [];
  const { materialized } = model.config;
  const start = text.tokens.list[orderBy.from]?.start ?? 0;
  const end = text.tokens.list[orderBy.to - 1]?.end ?? 0;
  // A table may be written in an order so that it is read faster: that is for people to decide.
  const isIdle = materialized === 'view';
  const kept = commentsIn(model.full.sql.slice(start, end));
  return [
    {
      rule: 'idle-order',
      diagnostic: diagnose('idle-order', { materialized }, { span: place.span, node: model.id }),
      ...(isIdle && place.exact ? { fix: { ...place.span, text: kept, compiled: { node: model.id, start, end, text: kept } } } : {}),
      files: [model.path],
    },
  ];
}

/** What people wrote between the words of an order stays; a line comment with the end of its line. */
function commentsIn(sql: string): string {
  let kept = '';
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (!isComment(token)) continue;
    const text = sql.slice(token.start, token.end).trimEnd();
    const gap = kept === '' || kept.endsWith('\n') ? '' : ' ';
    kept += `${gap}${text}${token.kind === 'line-comment' ? '\n' : ''}`;
  }
  return kept;
}
