import { describe, expect, it } from 'vitest';
import type { EngineErrorKind } from '../adapter/engine-error.ts';
import { engineDiagnostic } from './engine-diagnostic.ts';

describe('engineDiagnostic', () => {
  it.each<[EngineErrorKind, string, string]>([
    ['connection', 'connection-lost', 'check that the database runs and can be reached, then use `tx retry`'],
    ['cancelled', 'statement-cancelled', 'its transaction was rolled back; `tx retry` goes on'],
    ['conflict', 'transaction-conflict', 'something else wrote to the same relation; run again'],
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
});
