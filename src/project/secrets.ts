/** Knows which parts of a target's settings must never be printed. */

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
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
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
