/** Codes of comparing what is built with what stands elsewhere, and of queries over artifacts. */
import { error } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

export const diffCodes = {
  'against-not-found': error<{
    against: string;
    targets: readonly string[];
    /** As what it was taken, in words that follow `there is no`. */
    tried: string;
  }>(
    (p) => `there is nothing to compare with: \`${p.against}\` is ${p.tried}`,
    (p) =>
      didYouMean(p.against, p.targets) ??
      'give a target, an environment such as `env:pr_42`, a schema of the database, a database file, or a folder with the manifest.json of an earlier run',
  ),
  'against-unreadable': error<{ against: string; reason: string }>(
    (p) => `\`${p.against}\` cannot be compared with: ${p.reason}`,
    () => 'both sides must be readable by one connection to the database of the target',
  ),
  'against-itself': error<{ against: string; relation: string }>(
    (p) => `\`${p.against}\` would compare ${p.relation} with itself`,
    () => 'choose another schema, target, environment or file, or other nodes with `--select`',
  ),
  'artifacts-missing': error<{ path: string }>(
    (p) => `there is nothing to query: \`${p.path}\` does not exist`,
    () => '`tx compile` and every run write it, `tx docs` also what the database holds',
  ),
  'artifact-unreadable': error<{ path: string; reason: string }>(
    (p) => `\`${p.path}\` cannot be read: ${p.reason}`,
    () => 'remove it, and let `tx` write it anew',
  ),
  'diff-not-compared': error<{ node: string; engine: string; message: string }>(
    (p) => `\`${p.node}\` could not be compared: ${p.engine} says ${p.message}`,
    () => 'the other nodes were compared; give the column the same type on both sides, or leave the node out with `--exclude`',
  ),
  'diff-key-missing': error<{ key: string; node: string; known: readonly string[] }>(
    (p) => `\`${p.node}\` has no column \`${p.key}\` on both sides, which \`--key\` names`,
    (p) => didYouMean(p.key, p.known) ?? 'leave `--key` out, or select nodes that have it',
  ),
};
