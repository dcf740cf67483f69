/** The engine's own keys of a target: what they may hold, and the statements that put its settings in force. */
import type { SettingProblem } from '../../adapter/adapter.ts';
import { quoteText } from './quoting.ts';

export const settingKeys = ['path', 'env_path', 'memory_limit', 'read_only', 'settings'] as const;

const SIZE = /^\d+(?:\.\d+)?\s*(?:B|[KMGT]i?B)$/i;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Settings that the rest of the program builds on: the place of names and files, what `/` means in its own SQL, how errors come. */
const OWN = new Set([
  'autoinstall_known_extensions',
  'autoload_known_extensions',
  'current_transaction_invalidation_policy',
  'disable_database_invalidation',
  'errors_as_json',
  'file_search_path',
  'integer_division',
  'lock_configuration',
  'schema',
  'search_path',
  'temp_directory',
]);

/** Settings that are a key of the target itself, by the engine's names of them. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['memory_limit', 'memory_limit'],
  ['max_memory', 'memory_limit'],
  ['threads', 'threads'],
  ['worker_threads', 'threads'],
]);

/** Names what is wrong with the keys of a target. */
export function checkSettings(given: Readonly<Record<string, unknown>>): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const { path, env_path: envPath, memory_limit: memoryLimit, read_only: readOnly, settings } = given;
  const pathProblem = findPathProblem(path);
  if (pathProblem !== undefined) problems.push({ key: 'path', message: pathProblem });
  const envProblem = envPath === undefined ? undefined : findEnvPathProblem(envPath, path);
  if (envProblem !== undefined) problems.push({ key: 'env_path', message: envProblem });
  if (memoryLimit !== undefined && (typeof memoryLimit !== 'string' || !SIZE.test(memoryLimit))) {
    problems.push({ key: 'memory_limit', message: 'must be a size with its unit, like `4GB`' });
  }
  if (readOnly !== undefined && typeof readOnly !== 'boolean') {
    problems.push({ key: 'read_only', message: 'must be `true` or `false`' });
  }
  if (settings !== undefined) problems.push(...findSettingProblems(settings).map((message) => ({ key: 'settings', message })));
  return problems;
}

function findPathProblem(path: unknown): string | undefined {
  if (typeof path !== 'string' || path.trim() === '') return 'must be the path of a database file, or `:memory:`';
  if (path.includes('\0')) return 'contains a NUL character';
  if (/^:memory:./i.test(path)) return 'must be `:memory:` alone for a database in memory';
  if (path.startsWith('~')) return 'starts with `~`, which only a shell replaces: write `${HOME}`, or `./~` if the name is meant';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(path)?.[1];
  if (scheme !== undefined)
    return `names a place that is no file of this machine, \`${scheme}:\`; a file of such a name is written \`./${scheme}:…\``;
  return undefined;
}

/** Each environment has a file of its own, which can be told from all others by its name. */
function findEnvPathProblem(envPath: unknown, path: unknown): string | undefined {
  const file = typeof envPath === 'string' ? envPath.slice(Math.max(envPath.lastIndexOf('/'), envPath.lastIndexOf('\\')) + 1) : '';
  if (typeof envPath !== 'string' || envPath.split('{env}').length !== 2 || !file.includes('{env}'))
    return 'must be the path of a database file with `{env}` once in the name of the file, like `envs/{env}.duckdb`';
  return path === ':memory:' ? 'needs a `path` that is a file: nobody else can read a database in memory' : findPathProblem(envPath);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findSettingProblems(settings: unknown): readonly string[] {
  if (!isMapping(settings)) return ['must be a mapping of names to values'];
  const seen = new Set<string>();
  return Object.entries(settings).flatMap(([name, value]): readonly string[] => {
    const folded = name.toLowerCase();
    if (!NAME.test(name)) return [`holds a name that no setting has: ${JSON.stringify(name)}`];
    if (seen.has(folded)) return [`names \`${folded}\` twice`];
    seen.add(folded);
    if (OWN.has(folded)) return [`cannot hold \`${name}\`, on which \`tx\` builds`];
    const key = KEYS.get(folded);
    if (key !== undefined) return [`cannot hold \`${name}\`: write \`${key}\` beside \`settings\``];
    return valueText(value) === undefined ? [`must give \`${name}\` a text, a number, \`true\` or \`false\``] : [];
  });
}

/** A value as its text; a number keeps the spelling that it has in YAML. */
function valueText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isMapping(value) && typeof value['yamlNumber'] === 'number' && typeof value['text'] === 'string' ? value['text'] : undefined;
}

/** Statements that put the checked `settings` of a target in force: on every connection to come, or on the one that runs them. */
export function settingStatements(settings: unknown, scope: 'global' | 'session' = 'global'): readonly string[] {
  if (!isMapping(settings)) return [];
  return Object.entries(settings).map(([name, value]) => `set ${scope} ${name} = ${quoteText(valueText(value) ?? '')}`);
}
