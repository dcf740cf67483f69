/** Decides how a connection is encrypted, and what to try next where that is left open. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { errorCode, ownError } from './errors.ts';
import type { ConnectionSettings, SslMode } from './settings.ts';

/** TLS options, or false for none. */
export type Encryption = ConnectionOptions | false;

function readFile(path: string, key: string, projectRoot: string): string {
  try {
    return readFileSync(resolve(projectRoot, path), 'utf8');
  } catch (cause) {
    throw ownError('connection', `the file \`${path}\` of \`${key}\` cannot be read: ${errorCode(cause) ?? ''}`, {
      hint: 'paths in a target start at the project folder',
    });
  }
}

function tlsOptions(settings: ConnectionSettings, projectRoot: string): ConnectionOptions {
  const { sslMode, sslRootCert, sslCert, sslKey } = settings;
  const ca = sslRootCert === undefined || sslRootCert === 'system' ? undefined : readFile(sslRootCert, 'sslrootcert', projectRoot);
  // As other clients do: an authority that was given is used, also where nobody asked for a check.
  const checked = sslMode === 'verify-full' || sslMode === 'verify-ca' || (sslMode === 'require' && ca !== undefined);
  return {
    rejectUnauthorized: checked,
    ...(ca === undefined ? {} : { ca }),
    ...(sslCert === undefined ? {} : { cert: readFile(sslCert, 'sslcert', projectRoot) }),
    ...(sslKey === undefined ? {} : { key: readFile(sslKey, 'sslkey', projectRoot) }),
    ...(sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** What to try, in order. A socket of this machine needs no encryption. */
export function encryptionChoices(settings: ConnectionSettings, projectRoot: string): readonly [Encryption, ...Encryption[]] {
  if (settings.sslMode === 'disable' || settings.host.startsWith('/')) return [false];
  const tls = tlsOptions(settings, projectRoot);
  switch (settings.sslMode) {
    case 'allow':
      return [false, tls];
    case 'prefer':
      return [tls, false];
    default:
      return [tls];
  }
}

/** Whether the server said that it does not encrypt. */
export function lacksTls(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'The server does not support SSL connections';
}

/** Whether a connection failed for a reason that the next choice may not have. */
export function mayTryNext(cause: unknown, mode: SslMode): boolean {
  return (mode === 'prefer' && lacksTls(cause)) || ((mode === 'allow' || mode === 'prefer') && errorCode(cause) === '28000');
}
