/** Knows which parts of a target's settings must never be printed. */
import type { YamlNode } from './yaml/yaml-node.ts';

/** Keys whose values are secret: `password`, `api_key`, `token`, `client_secret`, … */
const SECRET_KEY = /(?:^|_)(?:password|passwd|pwd|token|key)$|secret/i;
const URL_KEY = /(?:^|_)(?:url|uri|dsn)$/i;
const SECRET_PARAMETER = /[?&;](?:[a-z_]*(?:password|passwd|pwd|token|secret|key))=([^&;#\s]+)/gi;

/**
 * The secret texts of one setting: all of it under a secret key; under `url` what came from the environment,
 * unless it is only the host, user or database of the URL.
 */
export function secretsInSetting(key: string, value: string, fromEnvironment: readonly string[]): readonly string[] {
  if (SECRET_KEY.test(key)) return value === '' ? [] : [value, ...fromEnvironment.filter((part) => part !== '')];
  if (!URL_KEY.test(key)) return [];
  const open = openParts(value);
  return fromEnvironment.filter((part) => part !== '' && !open.includes(part));
}

/** Passwords inside a URL, as written and decoded: user information and parameters such as `?password=`. */
export function secretsInUrl(text: string): readonly string[] {
  const written: string[] = [];
  const information = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]*)@/i.exec(text)?.[1];
  const colon = information?.indexOf(':') ?? -1;
  if (information !== undefined && colon >= 0) written.push(information.slice(colon + 1));
  // Not all addresses have slashes: `md:shop?motherduck_token=…`.
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) {
    for (const match of text.matchAll(SECRET_PARAMETER)) written.push(match[1] ?? '');
  }
  return [...new Set(written.flatMap((part) => [part, decoded(part)]))].filter((part) => part !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray `%` is part of the password.
  }
}

/** The parts of a URL that everybody may see. */
function openParts(text: string): readonly string[] {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:([^:@/]*)(?::[^@/]*)?@)?([^/:?#]*)(?::(\d+))?(?:\/([^?#]*))?/i.exec(text);
  return match === null ? [] : match.slice(1).filter((part) => part !== undefined);
}

/**
 * Whether project.yaml itself may hold a secret, in any of its targets: all of it under a secret key, or in a URL, that is
 * no reference to a variable without a default.
 */
export function holdsSecret(targets: YamlNode | undefined, key = ''): boolean {
  if (targets === undefined) return false;
  if (targets.kind === 'list') return targets.items.some((item) => holdsSecret(item, key));
  if (targets.kind === 'map') return targets.entries.some((entry) => holdsSecret(entry.value, entry.key));
  if (targets.value === null || typeof targets.value === 'boolean') return false;
  const written = typeof targets.value === 'object' ? targets.value.text : String(targets.value);
  const rest = written.replaceAll(/\$\{[A-Za-z_][A-Za-z0-9_]*(?::\?[^}]*)?\}/g, '');
  return SECRET_KEY.test(key) ? rest !== '' : secretsInUrl(rest).length > 0 || (URL_KEY.test(key) && rest.includes('${'));
}
