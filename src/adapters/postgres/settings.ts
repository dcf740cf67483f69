/** The engine's own keys of a target: what they may hold, and what a connection needs of them. */
import { userInfo } from 'node:os';
import type { SettingProblem } from '../../adapter/adapter.ts';
import { bug } from '../../diagnostics/bug.ts';
import { parseConnectionUrl } from './connection-url.ts';
import { ownError } from './errors.ts';

export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Everything that a connection is opened with. */
export interface ConnectionSettings {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Undefined asks the password file. */
  readonly password: string | undefined;
  readonly database: string;
  readonly sslMode: SslMode;
  /** Paths as written, or `system` for the authorities that come with the program. */
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  readonly channelBinding: boolean;
  readonly connectTimeoutMs: number;
  readonly role: string | undefined;
  readonly searchPath: string | undefined;
  readonly statementTimeout: string | undefined;
  /** Command line options for the server process. */
  readonly options: string | undefined;
}

export const settingKeys = [
  'url',
  'host',
  'port',
  'user',
  'password',
  'database',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'role',
  'search_path',
  'connect_timeout',
  'statement_timeout',
] as const;

type Settings = Readonly<Record<string, unknown>>;

/** What a URL says already. */
const partsOfUrl = ['host', 'port', 'user', 'database'] as const;

const textKeys = ['host', 'user', 'password', 'database', 'sslrootcert', 'sslcert', 'sslkey', 'role'] as const;

const DURATION = /^\d+ ?(?:us|ms|s|min|h|d)?$/;

function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** A number of seconds, as number or text. */
function isSeconds(value: unknown): boolean {
  const seconds = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' ? Number.isInteger(value) && value >= 0 : typeof value === 'string' && DURATION.test(value);
}

/** Names what is wrong with the keys of a target. Nothing is required: the environment may say it all. */
export function checkSettings(settings: Settings): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  const refuse = (key: string, message: string): void => void problems.push({ key, message });
  for (const key of textKeys) {
    const value = settings[key];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value === '') refuse(key, 'must be text that is not empty');
    else if (value.includes('\0')) refuse(key, 'contains a NUL character');
  }
  if (settings['port'] !== undefined && !isPort(settings['port'])) refuse('port', portMessage);
  const { sslmode, connect_timeout: connectTimeout, statement_timeout: statementTimeout, search_path: searchPath } = settings;
  if (sslmode !== undefined && !sslModes.some((mode) => mode === sslmode)) refuse('sslmode', modeMessage);
  if (connectTimeout !== undefined && !isSeconds(connectTimeout)) refuse('connect_timeout', 'must be a number of seconds above 0');
  if (statementTimeout !== undefined && !isDuration(statementTimeout)) {
    refuse('statement_timeout', 'must be a time with its unit, like `30min`');
  }
  if (searchPath !== undefined && !isSearchPath(searchPath)) refuse('search_path', 'must be the name of a schema, or a list of them');
  if (settings['url'] !== undefined) problems.push(...urlProblems(settings));
  return problems;
}

const portMessage = 'must be a number from 1 to 65535';

const modeMessage = `must be one of ${sslModes.map((mode) => `\`${mode}\``).join(', ')}`;

function isSearchPath(value: unknown): boolean {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '' && !name.includes('\0'));
}

function urlProblems(settings: Settings): readonly SettingProblem[] {
  const { url } = settings;
  if (typeof url !== 'string') return [{ key: 'url', message: 'must be text' }];
  const parts = parseConnectionUrl(url);
  if ('problem' in parts) return [{ key: 'url', message: parts.problem }];
  const problems: SettingProblem[] = [];
  for (const key of partsOfUrl) {
    if (settings[key] !== undefined) problems.push({ key, message: 'cannot be given beside `url`, which says it already' });
  }
  if (settings['password'] !== undefined && parts.password !== undefined) {
    problems.push({ key: 'password', message: 'stands in `url` too; give it once' });
  }
  if (parts.port !== undefined && !isPort(parts.port)) problems.push({ key: 'url', message: 'has a port that is not from 1 to 65535' });
  const { sslmode, connect_timeout: connectTimeout, channel_binding: binding } = parts.parameters;
  if (sslmode !== undefined && !sslModes.some((mode) => mode === sslmode)) {
    problems.push({ key: 'url', message: `has an \`sslmode\` that ${modeMessage}` });
  }
  if (connectTimeout !== undefined && !isSeconds(connectTimeout)) {
    problems.push({ key: 'url', message: 'has a `connect_timeout` that must be a number of seconds above 0' });
  }
  if (binding !== undefined && !['disable', 'prefer', 'require'].includes(binding)) {
    problems.push({ key: 'url', message: 'has a `channel_binding` that must be `disable`, `prefer` or `require`' });
  }
  return problems;
}

/** Checks of the variables that take no text whatever. As with other clients, no number of seconds above 0 means no limit. */
const variableChecks: Readonly<Record<string, { readonly fits: (text: string) => boolean; readonly message: string }>> = {
  PGPORT: { fits: isPort, message: portMessage },
  PGSSLMODE: { fits: (text) => sslModes.some((mode) => mode === text), message: modeMessage },
  PGCONNECT_TIMEOUT: { fits: (text) => /^-?\d{1,6}$/.test(text), message: 'must be a whole number of seconds' },
};

/** The value of a variable; what cannot be right is an error, since the file of the project has no line for it. */
function variableOf(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const check = variableChecks[name];
  if (check === undefined || check.fits(value)) return value;
  throw ownError('connection', `the variable ${name} ${check.message}`, {
    hint: `it holds \`${value}\`: correct it, or remove it from the environment`,
  });
}

/**
 * The settings of a connection: the target's keys, then its URL, then the variables that every client reads, then defaults.
 * Throws an EngineError for a variable that holds what it cannot.
 */
export function readSettings(settings: Settings, env: Readonly<Record<string, string | undefined>>): ConnectionSettings {
  const { url } = settings;
  const parts = typeof url === 'string' ? parseConnectionUrl(url) : undefined;
  if (parts !== undefined && 'problem' in parts) return bug('a target without a checked URL');
  const parameter = (key: string): string | undefined => parts?.parameters[key];
  const pick = (key: string, ofUrl: string | undefined, variable: string | undefined): string | undefined => {
    const own = settings[key];
    const found = typeof own === 'number' ? String(own) : typeof own === 'string' ? own : ofUrl;
    return found ?? (variable === undefined ? undefined : variableOf(env, variable));
  };
  const user = pick('user', parts?.user, 'PGUSER') ?? userInfo().username;
  const mode = pick('sslmode', parameter('sslmode'), 'PGSSLMODE');
  return {
    host: pick('host', parts?.host, 'PGHOST') ?? 'localhost',
    port: Number(pick('port', parts?.port, 'PGPORT') ?? 5432),
    user,
    password: pick('password', parts?.password, 'PGPASSWORD'),
    database: pick('database', parts?.database, 'PGDATABASE') ?? user,
    sslMode: sslModes.find((known) => known === mode) ?? 'prefer',
    sslRootCert: pick('sslrootcert', parameter('sslrootcert'), 'PGSSLROOTCERT'),
    sslCert: pick('sslcert', parameter('sslcert'), 'PGSSLCERT'),
    sslKey: pick('sslkey', parameter('sslkey'), 'PGSSLKEY'),
    channelBinding: ['prefer', 'require'].includes(parameter('channel_binding') ?? ''),
    connectTimeoutMs: Math.max(0, Number(pick('connect_timeout', parameter('connect_timeout'), 'PGCONNECT_TIMEOUT') ?? 10)) * 1000,
    role: pick('role', undefined, undefined),
    searchPath: searchPathOf(settings['search_path']),
    statementTimeout: pick('statement_timeout', undefined, undefined),
    options: pick('options', parameter('options'), 'PGOPTIONS'),
  };
}

/** Text is taken as the server's own setting takes it; each entry of a list is one schema. */
function searchPathOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map((name) => `"${String(name).replaceAll('"', '""')}"`).join(', ') : undefined;
}
