/** PostgreSQL before its driver is loaded: enough to check targets and to compile. */
import type { Engine } from '../../adapter/adapter.ts';
import { capabilities } from './capabilities.ts';
import { dialect } from './dialect.ts';
import { checkSettings, settingKeys } from './settings.ts';

export const engine: Engine = {
  type: 'postgres',
  dialect,
  capabilities,
  settingKeys,
  requiredSettings: [],
  checkSettings,
  secretVariables: ['PGPASSWORD'],
  load: async () => (await import('./adapter.ts')).adapter,
};
