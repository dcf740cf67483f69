/** DuckDB before its driver is loaded: enough to check targets and to compile. */
import type { Engine, SettingProblem } from '../../adapter/adapter.ts';
import { capabilities } from './capabilities.ts';
import { dialect } from './dialect.ts';

const SIZE = /^\d+(?:\.\d+)?\s*(?:B|[KMGT]i?B)$/i;

function checkSettings(settings: Readonly<Record<string, unknown>>): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const { path, memory_limit: memoryLimit, read_only: readOnly } = settings;
  if (typeof path !== 'string' || path.trim() === '') {
    problems.push({ key: 'path', message: 'must be the path of a database file, or `:memory:`' });
  } else if (path.includes('\0')) {
    problems.push({ key: 'path', message: 'contains a NUL character' });
  }
  if (memoryLimit !== undefined && (typeof memoryLimit !== 'string' || !SIZE.test(memoryLimit))) {
    problems.push({ key: 'memory_limit', message: 'must be a size with its unit, like `4GB`' });
  }
  if (readOnly !== undefined && typeof readOnly !== 'boolean') {
    problems.push({ key: 'read_only', message: 'must be `true` or `false`' });
  }
  return problems;
}

export const engine: Engine = {
  type: 'duckdb',
  dialect,
  capabilities,
  settingKeys: ['path', 'memory_limit', 'read_only'],
  requiredSettings: ['path'],
  checkSettings,
  load: async () => (await import('./adapter.ts')).adapter,
};
