import { expect, it } from 'vitest';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Project } from '../project/project.ts';
import { describeOpenError } from './database-errors.ts';

const project: Pick<Project, 'target'> = {
  target: {
    name: 'dev',
    span: { path: 'project.yaml', start: 30, end: 33 },
    type: 'duckdb',
    schema: 'main',
    threads: 1,
    database: 'w',
    schemaNaming: 'suffix',
    settings: { path: 'w.duckdb' },
    vars: {},
  },
};

it('a disk without space for the log of a database is told as a full disk, with what is intact', () => {
  const message = 'Could not write file "w.duckdb.wal": No space left on device';
  const details: EngineErrorDetails = { kind: 'disk-full', message, redacted: message, retry: 'never' };
  expect(describeOpenError(details, project)).toMatchObject({
    code: 'disk-full',
    span: { start: 30, end: 33 },
    message: `duckdb: ${message}`,
    help: 'free some space and run again: the database stands as after its last commit',
  });
});
