/** Another target is read where it is another schema of the same database: a server reads no other one in a query. */
import type { TargetSettings } from '../../adapter/adapter.ts';
import type { Reach } from '../../adapter/reach.ts';
import { dialect } from './dialect.ts';
import { readSettings } from './settings.ts';

export function reach(mine: TargetSettings, other: TargetSettings, _projectRoot: string): Reach | undefined {
  const [here, there] = [mine, other].map(({ settings }) => readSettings(settings, process.env));
  const isSame = here?.host === there?.host && here?.port === there?.port && here?.database === there?.database;
  return isSame ? { isSame, open: [], enter: [], relation: dialect.relation } : undefined;
}
