import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnostic.ts';

describe('database-not-opened', () => {
  it.each([
    ['Cannot open file "w.db": Permission denied', 'give your user the right to write to the file and its folder'],
    ['the folder of data/w.db cannot be made: EACCES', 'give your user the right to write to the file and its folder'],
    ['the folder of data/w.db cannot be made: ENOTDIR', 'something in its path is no folder'],
    ['Cannot open file "models": Is a directory', '`path` names a folder: name a file in it'],
    ['the server is on fire', undefined],
  ])('helps with `%s`', (message, help) => {
    expect(diagnose('database-not-opened', { engine: 'duckdb', database: 'w.db', message }).help).toBe(help);
  });
});
