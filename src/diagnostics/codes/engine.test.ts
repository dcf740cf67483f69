import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostic.ts';
import { engineCodes } from './engine.ts';

describe('engine codes', () => {
  it('name the process that holds a database, as far as it is known', () => {
    expect(diagnose('database-locked', { database: 'w.db', pid: 4711, command: '/usr/bin/node' }).message).toBe(
      '`w.db` is in use by process 4711 (/usr/bin/node)',
    );
    expect(diagnose('database-locked', { database: 'w.db', pid: 0 }).message).toBe('`w.db` is in use by another process');
    expect(diagnose('database-locked', { database: 'w.db' }).help).toContain('--wait');
  });
  it('offer near names, else the few that exist, else advice', () => {
    const problem = { message: 'no', engine: 'x', name: 'amout' };
    expect(diagnose('unknown-column', { ...problem, candidates: ['id', 'amount'] })).toMatchObject({
      message: 'column `amout` does not exist',
      help: 'did you mean `amount`?',
    });
    expect(diagnose('unknown-column', { ...problem, candidates: ['id'] }).help).toBe('near it is `id`');
    // Another part of the query has it: that is no way out here.
    expect(diagnose('unknown-column', { ...problem, candidates: ['amout'] }).help).toContain('FROM');
    expect(diagnose('unknown-column', problem).help).toContain('FROM');
    expect(diagnose('unknown-column', { message: 'no such thing', engine: 'x' }).message).toBe('x: no such thing');
  });
  it('have a page each', () => {
    for (const code of Object.keys(engineCodes)) {
      expect(existsSync(new URL(`../../../docs/errors/${code}.md`, import.meta.url)), code).toBe(true);
    }
  });
});
