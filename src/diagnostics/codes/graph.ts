/** Codes of the `graph` area. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

/** A source of this project that the project itself builds. */
interface SourceBuiltHere {
  readonly source: string;
  readonly builder: string;
  readonly kind: string;
  readonly reader: string;
}

/** A circle of thousands is told by its beginning and end. */
function shorten(path: readonly string[]): readonly string[] {
  return path.length <= 20 ? path : [...path.slice(0, 15), `… ${path.length - 17} more …`, ...path.slice(-2)];
}

/** How a model without rows of its own comes to read itself, where no `ref` says so. */
type SelfRead =
  | { readonly by: 'this'; readonly what: string }
  | { readonly by: 'source'; readonly source: string }
  /** The database found it, among names that are written out. */
  | { readonly by: 'names' };

export const graphCodes = {
  'snapshot-config-missing': error<{ name: string; key: string; why: string }>(
    (p) => `snapshot \`${p.name}\` has no \`${p.key}\`, which ${p.why}`,
    (p) => `add \`${p.key}: …\` to its \`config\``,
  ),
  'snapshot-config-idle': error<{ name: string; key: string; needs: string }>(
    (p) => `\`${p.key}\` does nothing in snapshot \`${p.name}\``,
    (p) => `set \`${p.needs}\`, or leave \`${p.key}\` out`,
  ),
  'dependency-cycle': error<{ readonly path: readonly string[] }>(
    ({ path }) => `models need each other in a circle: \`${shorten(path).join(' -> ')}\``,
    () => 'take one of these refs away, or move what both sides need into a model of its own',
  ),
  'self-reference': error<{ readonly name: string; readonly reads?: SelfRead }>(
    ({ name, reads }) => {
      if (reads === undefined) return `model \`${name}\` refers to itself`;
      if (reads.by === 'this') return `${reads.what} \`${name}\` reads itself: it has no rows of its own`;
      if (reads.by === 'source') return `view \`${name}\` reads itself: source \`${reads.source}\` is the view that it builds`;
      return `view \`${name}\` reads itself, directly or through other views`;
    },
    ({ reads }) =>
      reads?.by === 'names'
        ? 'it has no rows of its own; read what it is made of, and write `ref` for what the project builds, so that circles are found'
        : 'in an incremental model write `{{this}}` for the rows that earlier runs left; any other model cannot read itself',
  ),
  'unknown-version': error<{ readonly model: string; readonly version: string; readonly known: readonly string[] }>(
    ({ model, version }) => `model \`${model}\` has no version \`${version}\``,
    ({ known }) => `its versions are ${known.map((name) => `\`${name}\``).join(', ')}`,
  ),
  'unknown-group': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no group \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? 'define it under `groups:` in a property file, with its `owner`',
  ),
  'private-ref': error<{ readonly name: string; readonly group: string | undefined; readonly reader: string }>(
    ({ name, group }) => `model \`${name}\` is private${group === undefined ? '' : ` to group \`${group}\``}`,
    ({ name, group, reader }) =>
      group === undefined
        ? `give \`${name}\` and \`${reader}\` the same \`group\`, or take \`access: private\` away`
        : `put \`${reader}\` into that group, or give \`${name}\` another \`access\``,
  ),
  'source-built-here': warning<SourceBuiltHere>(
    ({ source, builder, kind }) => `source \`${source}\` is the table that ${kind} \`${builder}\` of this project builds`,
    ({ builder }) => `write \`{{ref "${builder}"}}\`; until then the source waits for \`${builder}\` as if you had`,
  ),
  'source-closes-cycle': warning<SourceBuiltHere>(
    ({ source, builder, kind }) =>
      `source \`${source}\` is the table that ${kind} \`${builder}\` of this project builds, and \`${builder}\` needs it`,
    ({ builder, reader }) =>
      reader === builder
        ? 'write `{{this}}` in an incremental model; the source is read as the last run left it'
        : `the source is read as the last run left it; to read what this run builds, take it out of what \`${builder}\` needs`,
  ),
};
