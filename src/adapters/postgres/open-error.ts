/** Says why a server could not be reached, in words that tell a wrong password from a wrong host, and what to look at. */
import { EngineError } from '../../adapter/engine-error.ts';
import { lacksTls } from './encryption.ts';
import { engineError, errorCode, ownError } from './errors.ts';
import type { ConnectionSettings } from './settings.ts';

/** The server and the database, as shown to users: never a password. */
export function describeDatabase({ database, host, port }: ConnectionSettings): string {
  return `${database} on ${host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`}`;
}

const certificateCodes: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
]);

const lookHost = 'check `host` and `port` of the target, or PGHOST and PGPORT, and that the server runs';

/** The error to show for whatever was thrown while a connection was opened. */
export function openError(cause: unknown, settings: ConnectionSettings): EngineError {
  if (cause instanceof EngineError) return cause;
  const { host, port, user, database } = settings;
  const place = host.startsWith('/') ? `the socket in ${host}` : `${host}:${port}`;
  const code = errorCode(cause) ?? '';
  const message = cause instanceof Error ? cause.message : String(cause);
  const fail = (text: string, hint: string): EngineError => ownError('connection', text, { hint });
  // What may be over in a moment, as when the server is being started again.
  const fade = (text: string, hint: string): EngineError => ownError('connection', text, { hint, retry: 'reconnect' });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(`the host \`${host}\` cannot be found`, 'check `host` of the target, or PGHOST');
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return fade(`nothing answers at ${place}`, lookHost);
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || message === 'timeout expired') {
    return fade(`${place} does not answer in time`, `${lookHost}; a firewall may stand between, and \`connect_timeout\` is in seconds`);
  }
  if (/^There was an error establishing an SSL connection|^Connection terminated unexpectedly/.test(message)) {
    return fade(`${place} ended the connection before it answered`, `${lookHost}, and that it is a PostgreSQL server that stands there`);
  }
  if (code === '28P01') {
    return fail(`the password for the user \`${user}\` is wrong`, 'check `user` and `password` of the target, or PGUSER and PGPASSWORD');
  }
  if (/^SASL: .*client password must/.test(message)) {
    return fail(`the server asks for the password of \`${user}\``, 'give `password` in the target, PGPASSWORD, or a line in ~/.pgpass');
  }
  if (code === '3D000') {
    return fail(
      `the database \`${database}\` does not exist`,
      'check `database` of the target, or create it: tx makes schemas, not databases',
    );
  }
  if (code === '28000') return fail(message, 'check `user` of the target; where the server wants encryption, set `sslmode` to `require`');
  if (lacksTls(cause)) {
    return fail(`the server at ${place} does not speak TLS`, '`sslmode` of the target asks for it; `prefer` does without where it must');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail(`the certificate of the server is not for \`${host}\``, 'use the name that it was made for, or `sslmode: verify-ca`');
  }
  if (certificateCodes.has(code)) {
    const hint = 'give the authority that signed it as `sslrootcert`; `sslmode: require` encrypts without checking';
    return fail(`the certificate of the server cannot be trusted: ${message}`, hint);
  }
  return engineError(cause);
}
