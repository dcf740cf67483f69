/** Takes a connection URL apart, by the rules that every PostgreSQL client shares. */

export interface UrlParts {
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** What stands behind `?`, under the names that settings of a target have. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Names behind `?` that mean something here. */
const parameterNames: ReadonlySet<string> = new Set([
  'host',
  'port',
  'user',
  'password',
  'database',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'connect_timeout',
  'channel_binding',
  'options',
]);

/** The same place under its other name. */
const parameterAliases: Readonly<Record<string, string>> = { dbname: 'database' };

/** A user in front of no host, which leaves the host to the environment, is no URL by the general rules. */
const NO_HOST = /^([a-z]+:\/\/[^/?#]*@)(?=[:/?]|$)/i;
const noHost = 'host.invalid';

const shape = '`postgres://user:password@host:5432/database`';

/** The parts of a URL, or what is wrong with it. Nothing of the URL is repeated, as it may hold a password. */
export function parseConnectionUrl(text: string): UrlParts | { readonly problem: string } {
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return { problem: `must be a URL like ${shape}` };
  try {
    return takeApart(new URL(text.replace(NO_HOST, `$1${noHost}`)));
  } catch {
    // The reason would quote the URL.
    const advice = 'characters like `#`, `/`, `@` and `%` in a password are written as `%23`, `%2F`, `%40` and `%25`';
    return { problem: `cannot be read as a URL like ${shape}; ${advice}` };
  }
}

function takeApart(url: URL): UrlParts | { readonly problem: string } {
  if (url.hash !== '') throw new Error('a fragment');
  if (url.hostname.includes(',')) return { problem: 'names several hosts, and tx knows one' };
  const parameters: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    const known = (Object.hasOwn(parameterAliases, name) ? parameterAliases[name] : undefined) ?? name;
    if (!parameterNames.has(known)) {
      return { problem: `has the parameter \`${name}\`, and tx knows ${[...parameterNames].map((key) => `\`${key}\``).join(', ')}` };
    }
    parameters[known] = value;
  }
  const part = (key: 'host' | 'port' | 'user' | 'password' | 'database', text: string): Partial<UrlParts> =>
    text === '' ? (parameters[key] === undefined ? {} : { [key]: parameters[key] }) : { [key]: decodeURIComponent(text) };
  return {
    ...part('host', url.hostname === noHost ? '' : url.hostname.replace(/^\[(.*)\]$/, '$1')),
    ...part('port', url.port),
    ...part('user', url.username),
    ...part('password', url.password),
    ...part('database', url.pathname.replace(/^\//, '')),
    parameters,
  };
}
