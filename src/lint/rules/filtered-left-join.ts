/** Finds left joins whose rows without a partner are dropped again by `where`. */
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { columnAt, conjuncts } from '../../parse/sql/conditions.ts';
import type { ReadText, Select } from '../../parse/sql/query.ts';
import { seenQueries } from '../../parse/sql/read-query.ts';
import type { Range, Tokens } from '../../parse/code-tokens.ts';
import { isSign, isWord, topLevel } from '../../parse/code-tokens.ts';

export function findFilteredJoins(context: LintContext, model: CompiledModel): readonly Finding[] {
  const text = context.queryOf(model);
  if (text === undefined) return [];
  const selects = seenQueries(text.tokens, text.query).flatMap(({ query }) =>
    query.branches.flatMap((branch) => (branch.kind === 'select' ? [branch] : [])),
  );
  return selects.flatMap((select) => checkSelect(context, model, text, select));
}

function checkSelect(context: LintContext, model: CompiledModel, text: ReadText, { from, where }: Select): readonly Finding[] {
  // After a right or full join, rows without a partner can be those of either side.
  if (where === undefined || from.some(({ join }) => join === 'other')) return [];
  const parts = conjuncts(text.tokens, where) ?? [];
  return from.flatMap(({ join, alias }): readonly Finding[] => {
    if (join !== 'left' || alias === undefined || from.filter((item) => item.alias === alias).length > 1) return [];
    const condition = parts.find((part) => refusesNull(text.tokens, part, alias));
    const place = condition === undefined ? undefined : context.placeOf(model, text, condition);
    if (place?.begins !== true) return [];
    const written = context.textOf(model.path)?.slice(place.span.start, place.span.end) ?? '';
    const params = { alias, condition: written.replaceAll(/\s+/g, ' ') };
    return [
      {
        rule: 'filtered-left-join',
        diagnostic: diagnose('filtered-left-join', params, { span: place.span, node: model.id }),
        files: [model.path],
      },
    ];
  });
}

const comparing = ['=', '<', '>', '!'];

/** Whether a condition is never true where the columns of `alias` are NULL: a comparison of one of them as it is. */
function refusesNull(tokens: Tokens, { from, to }: Range, alias: string): boolean {
  const left = columnAt(tokens, { from, to: from + 3 });
  if (from + 3 >= to || left?.alias !== alias) return isMirrored(tokens, { from, to }, alias);
  const at = from + 3;
  // `… is not true` behind a comparison holds for NULL, and so does one with all of no rows.
  for (const later of topLevel(tokens, { from: at + 1, to })) if (isWord(tokens, later, 'is', 'all')) return false;
  if (isWord(tokens, at, 'is')) {
    const notNull = isWord(tokens, at + 1, 'not') && isWord(tokens, at + 2, 'null') && at + 3 === to;
    return notNull || (isWord(tokens, at + 1, 'true', 'false') && at + 2 === to);
  }
  const word = isWord(tokens, at, 'not') ? at + 1 : at;
  if (isWord(tokens, word, 'in')) return word === at || !isWord(tokens, word + 2, 'select', 'with');
  if (isWord(tokens, word, 'like', 'ilike', 'between')) return true;
  return comparing.some((sign) => isSign(tokens, at, sign)) && !isJsonOperator(tokens, at, to);
}

/** `'web' = orders.channel`, whatever stands before the sign: a comparison with NULL is never true. */
function isMirrored(tokens: Tokens, { from, to }: Range, alias: string): boolean {
  if (columnAt(tokens, { from: to - 3, to })?.alias !== alias) return false;
  let sign = to - 3;
  while (sign > from && tokens.list[sign - 1]?.kind === 'sign' && comparing.some((each) => isSign(tokens, sign - 1, each))) sign -= 1;
  if (sign === from || sign === to - 3 || isJsonOperator(tokens, sign, to)) return false;
  for (const at of topLevel(tokens, { from, to: sign }))
    if (isWord(tokens, at, ...takesTruth) || ['=', '<', '>', '!', '~', '@', '?', '&', '#'].some((each) => isSign(tokens, at, each)))
      return false;
  return true;
}

/** Words that make another condition of what stands around them. */
const takesTruth = ['not', 'is', 'in', 'between', 'like', 'ilike', 'case', 'and', 'or', 'distinct', 'similar', 'all', 'any', 'some'];

/** Signs that only begin like a comparison: `@>`, `->`, `!~`; `=` and what belongs to it stay. */
function isJsonOperator({ list }: Tokens, at: number, to: number): boolean {
  let end = at;
  while (end < to && list[end]?.kind === 'sign' && list[end]?.end === list[end + 1]?.start && list[end + 1]?.kind === 'sign') end += 1;
  const written = list
    .slice(at, end + 1)
    .map(({ text }) => text)
    .join('');
  return !['=', '==', '<>', '!=', '<', '>', '<=', '>='].includes(written.replace(/[(+-].*$/, ''));
}
