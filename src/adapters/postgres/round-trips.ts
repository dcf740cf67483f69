/** Puts statements together that can go to the server in one round trip. */
import type { Statement } from '../../adapter/statement.ts';
import type { Request } from './exchange.ts';

/** Statements that go together: all but texts of the user, which may hold several statements each and go alone. */
export function roundTrips(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const groups: Statement[][] = [];
  let open: Statement[] | undefined;
  for (const statement of statements) {
    if (statement.script === true) {
      groups.push([statement]);
      open = undefined;
    } else if (open === undefined) groups.push((open = [statement]));
    else open.push(statement);
  }
  return groups;
}

/** What is sent for one of them. */
export function requestFor(group: readonly Statement[]): Request {
  const [first, second] = group;
  if (first?.script === true && second === undefined) return { kind: 'script', sql: first.sql };
  return { kind: 'queries', queries: group.map(({ sql, kept }) => ({ sql, kept })) };
}
