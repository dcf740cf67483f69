/** A model that reads one table of a source, with its columns under plain names. */
import { join } from 'node:path';
import type { Column } from '../../adapter/relation.ts';
import type { CompiledSource } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { plainName, stagingModel } from '../../generate/staging-model.ts';
import { shownName } from '../../graph/shown-name.ts';
import { readLint } from '../../project/read-lint.ts';
import { kindAt } from '../../project/read-text.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { GenerateWork, Proposed } from './proposal.ts';
import { readCatalog } from './read-catalog.ts';

export async function generateStaging(work: GenerateWork, wanted: string): Promise<Proposed> {
  const { host, loaded } = work;
  const { project, engine } = loaded;
  const source = findSource(loaded, wanted);
  const path = pathFor(loaded, source);
  if (kindAt(host.files, join(project.root, path)) !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('generate-file-exists', { path })]);
  const live = await columnsOf(work, source);
  const { foldIdentifier: fold, quoteIdentifier: quote, needsQuotes } = engine.dialect;
  const columns = live.map(({ name, type }) => {
    const declared = source.columns.find((column) => fold(column.name) === fold(name))?.dataType;
    return declared === undefined || declared.toLowerCase() === type.toLowerCase() ? { name, type } : { name, type, declared };
  });
  const text = stagingModel({ source: source.sourceName, table: source.name, columns, quote, needsQuotes });
  return { root: project.root, proposals: [{ path, before: undefined, after: text }], diagnostics: [] };
}

function findSource({ graph, engine }: LoadedGraph, wanted: string): CompiledSource {
  const fold = engine.dialect.foldIdentifier;
  const sources = [...graph.nodes.values()].flatMap((node) => (node.resourceType === 'source' ? [node] : []));
  const found = sources.find((source) => fold(shownName(source)) === fold(wanted));
  if (found === undefined)
    throw new Stop(exitCodes.usage, [diagnose('generate-source-unknown', { name: wanted, known: sources.map(shownName) })]);
  return found;
}

/**
 * In the folder of the first layer, with the name that models have there; after its source too where a model of something else has
 * that name. One that reads this table already stands before it: a second one is nobody's wish.
 */
function pathFor({ graph, project }: LoadedGraph, { id, sourceName, name }: CompiledSource): string {
  const { layers, naming } = readLint(parseYaml(project.file).value);
  const [folder = 'staging'] = layers;
  const [prefix = ''] = naming[folder] ?? [];
  const models = new Map([...graph.nodes.values()].flatMap((node) => (node.resourceType === 'model' ? [[node.name, node]] : [])));
  const short = `${prefix}${fileName(name)}`;
  const standing = models.get(short);
  if (standing !== undefined && graph.parents.get(standing.id)?.includes(id) === true) return standing.path;
  const chosen = standing !== undefined ? `${prefix}${fileName(sourceName)}__${fileName(name)}` : short;
  return `${project.paths.models[0] ?? 'models'}/${folder}/${chosen}.sql`;
}

/** A name that can be that of a file, whatever it is the name of. */
function fileName(name: string): string {
  const plain = plainName(name);
  return /^[\p{L}\p{N}_]+$/u.test(plain) ? plain : 'table';
}

/** Those of the table as it stands; of a file, or a table that is not there yet, what is known otherwise. */
async function columnsOf(work: GenerateWork, source: CompiledSource): Promise<readonly Column[]> {
  const { host, loaded } = work;
  const fold = loaded.engine.dialect.foldIdentifier;
  if (source.external === undefined) {
    const { schema, name } = source.relation;
    const standing = (await readCatalog(work, [schema])).find(({ relation }) => fold(relation.name) === fold(name));
    if (standing !== undefined) return standing.columns;
  }
  const known = (await analyzeNodes(host, loaded, new Set([source.id]), { isAsked: (node) => node?.id === source.id }))?.value.nodes.get(
    source.id,
  );
  if (known?.kind === 'known' && known.columns.length > 0) return known.columns;
  const declared = source.columns.map(({ name, dataType }): Column => ({ name, type: dataType ?? '' }));
  if (declared.length === 0) throw new Stop(exitCodes.usage, [diagnose('generate-columns-unknown', { name: shownName(source) })]);
  return declared;
}
