import { describe, expect, it } from 'vitest';
import type { EngineErrorKind } from '../adapter/engine-error.ts';
import { engineDiagnostic } from './engine-diagnostic.ts';

describe('engineDiagnostic', () => {
  it.each<[EngineErrorKind, string, string]>([
    ['connection', 'connection-lost', 'check that the database runs and can be reached, then use `tx retry`'],
    ['cancelled', 'statement-cancelled', 'its transaction was rolled back; `tx retry` goes on'],
    ['conflict', 'transaction-conflict', 'something else wrote to the same rows; run again, and let no two hooks change the same row'],
    ['disk-full', 'disk-full', 'free some space and run again: the database stands as after its last commit'],
  ])('turns an error of kind %s into `%s`, in the words of the engine and at the node', (kind, code, help) => {
    const details = { kind, message: 'no luck with 4711', redacted: 'no luck with …', retry: 'never' as const };
    const span = { path: 'models/orders.sql', start: 0, end: 0 };
    const origin = { node: 'model.shop.orders', text: undefined, span, compiledPath: undefined };
    expect(engineDiagnostic(details, 'duckdb', { sql: 'select 1' }, origin)).toEqual({
      code,
      severity: 'error',
      message: 'duckdb: no luck with 4711',
      redacted: 'duckdb: no luck with …',
      help,
      node: 'model.shop.orders',
      span,
      notes: [],
    });
  });

  it('adds what the engine advises', () => {
    const details = {
      kind: 'type-mismatch',
      message: 'no such operator',
      redacted: 'no such operator',
      retry: 'never',
      hint: 'cast it',
    } as const;
    const origin = { node: undefined, text: undefined, span: undefined, compiledPath: undefined };
    expect(engineDiagnostic(details, 'postgres', undefined, origin)).toMatchObject({
      help: 'cast one side, like `column::integer`',
      notes: [{ message: 'postgres advises: cast it' }],
    });
  });

  it('says of a query that reads its own table how that is built anew, and not of hooks and of other tables', () => {
    const details = { kind: 'unknown-column', message: 'no v', redacted: 'no v', retry: 'never', name: 'v' } as const;
    const relation = { schema: 'main', name: 'grows' };
    const reads = { relations: [{ relation, sql: '"main"."grows"', kind: 'self' as const, name: 'grows' }], views: [] };
    const notesOf = (sql: string) => {
      const text = { sql, map: { files: [], segments: [] }, slots: [] };
      return engineDiagnostic(details, 'duckdb', undefined, { ...nowhere, text, reads }).notes.map(({ message }) => message);
    };
    expect(notesOf('-- of now\nselect v from "main"."grows"')).toEqual([
      'it reads its own table, which has the columns of when it was built: `tx build --full-refresh --select grows` builds it anew with those of now',
    ]);
    expect(notesOf('insert into "main"."grows" (v) values (1)')).toEqual([]);
    expect(notesOf('select v from "main"."other"')).toEqual([]);
  });

  it('names the views that run along when a value goes wrong without a place, those that convert first', () => {
    const view = (name: string, sql: string) => ({ name, path: `models/${name}.sql`, sql });
    const views = [view('plain', 'select a from b'), view('casts', 'select a::int as a from b')];
    const details = { kind: 'conversion', message: 'no int', redacted: 'no int', retry: 'never' } as const;
    const origin = { ...nowhere, reads: { relations: [], views } };
    expect(engineDiagnostic(details, 'duckdb', undefined, origin).notes).toEqual([
      {
        message: 'it runs the view `casts`, which converts values: the error may come from there',
        span: { path: 'models/casts.sql', start: 0, end: 0 },
      },
    ]);
    const plain = { ...nowhere, reads: { relations: [], views: views.slice(0, 1) } };
    expect(engineDiagnostic(details, 'duckdb', undefined, plain).notes[0]?.message).toContain('the view `plain`:');
    expect(engineDiagnostic({ ...details, position: 1 }, 'duckdb', undefined, origin).notes).toEqual([]);
  });

  const nowhere = { node: undefined, text: undefined, span: undefined, compiledPath: undefined };

  it('names who holds a lock', () => {
    const message = 'another run works on main.orders';
    const holder = { pid: 4711, command: 'tx:model.shop.orders' };
    const details = { kind: 'lock-timeout', message, redacted: message, retry: 'later', holder } as const;
    expect(engineDiagnostic(details, 'postgres', undefined, nowhere)).toMatchObject({
      code: 'lock-timeout',
      message,
      notes: [{ message: 'process 4711 (tx:model.shop.orders) holds the lock' }],
    });
  });

  it('lists what stands in the way of a relation', () => {
    const details = { kind: 'dependents', message: 'no', redacted: 'no', retry: 'never', dependents: ['view "a"', 'view "b"'] } as const;
    expect(engineDiagnostic(details, 'postgres', undefined, nowhere)).toMatchObject({
      code: 'dependents-in-the-way',
      message: 'postgres: no',
      notes: [{ message: 'depends on it: view "a"' }, { message: 'depends on it: view "b"' }],
    });
  });

  it('says what could not be made again, and what else depends on the relation', () => {
    const details = { kind: 'unknown-column', message: 'column x does not exist', redacted: '', retry: 'never' } as const;
    const recreates = { what: 'the view "a"', relation: { schema: 'main', name: 'orders' }, dependents: ['view "a"'] };
    expect(engineDiagnostic(details, 'postgres', { sql: 'create or replace view a', recreates }, nowhere)).toMatchObject({
      code: 'dependents-not-recreated',
      message: 'the view "a" cannot be made again for the new `main.orders`: postgres: column x does not exist',
      notes: [{ message: 'depends on it: view "a"' }],
    });
  });

  it('says what lets rows be told apart that a publication needs to tell apart', () => {
    const message = 'cannot delete from table "t" because it does not have a replica identity and publishes deletes';
    const details = { kind: 'other', message, redacted: message, retry: 'never' } as const;
    const recreates = { what: 'the rows of the table itself', relation: { schema: 'main', name: 't' }, dependents: [] };
    const { code, help } = engineDiagnostic(details, 'postgres', { sql: 'delete from t', recreates }, nowhere);
    expect(code).toBe('dependents-not-recreated');
    expect(help).toContain('give the table a primary key or `replica identity full`');
  });
});
