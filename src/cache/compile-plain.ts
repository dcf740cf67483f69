/** Compiles a whole project, and neither looks for what was compiled earlier nor keeps anything. */
import { freshFiles } from '../compile/compiled-file.ts';
import { nothingEarlier } from '../compile/earlier.ts';
import { earlierOfRecords } from '../compile/earlier-records.ts';
import type { FileRecord } from '../compile/file-record.ts';
import { uniteDiagnostics, uniteRecords } from '../compile/file-record.ts';
import { findUnusedVariables } from '../compile/unused-variables.ts';
import { buildGraph } from '../graph/build-graph.ts';
import { traced } from '../project/tracer.ts';
import { readSources } from '../project/read-sources.ts';
import type { Digest } from './digest.ts';
import { combine, digestOf, noDigest, writeDigest } from './digest.ts';
import type { InlineProject } from './compile-fresh.ts';
import { compileFresh, compileTest, compileText, renderText } from './compile-fresh.ts';
import type { CompiledProject, CompilePorts, CompileRequest } from './compiled-project.ts';
import { variableTexts } from './variable-texts.ts';

export async function compilePlain(request: CompileRequest, ports: CompilePorts): Promise<CompiledProject> {
  const { project, dialect } = request;
  const { tracer } = ports;
  const sources = traced(tracer, 'read', () => readSources(project.root, project.files, ports.files));
  const fresh = freshFiles(project, sources.value);
  const texts = { get: (path: string) => fresh.get(path)?.text };
  const js = ports.js(texts);
  const records: FileRecord[] = [];
  const done = await compileFresh({ ...request, fresh, earlier: nothingEarlier }, { js, tracer }, (record) => void records.push(record));
  const compiled = uniteRecords({ name: project.name, engine: dialect.engine }, records, texts);
  const graph = traced(tracer, 'link', () => buildGraph(compiled, dialect.foldIdentifier));
  const inlineProject = (): InlineProject => {
    const earlier = earlierOfRecords({ records, unused: done.unused, texts });
    return { ...request, earlier, broken: new Set(compiled.broken) };
  };
  return {
    graph: graph.value,
    hooks: { onRunStart: compiled.onRunStart, onRunEnd: compiled.onRunEnd },
    diagnostics: [...sources.diagnostics, ...uniteDiagnostics(records, done.diagnostics), ...graph.diagnostics],
    texts,
    contentHash: () => writeDigest(sources.value.reduce<Digest>((sum, { path, text }) => combine(sum, digestOf(path, text)), noDigest)),
    unusedVars: () => findUnusedVariables(Object.keys(request.flagVars), variableTexts(project, texts)),
    compileInline: (source) => compileText(source, inlineProject(), js),
    compileUnitTest: (source, test) => compileTest(source, test, inlineProject(), js),
    renderAgain: (source, again) => renderText(source, again, inlineProject(), js),
    counts: { ...done.counts, read: sources.value.length, stats: 0, nodes: graph.value.order.length },
    compiled: records.map(({ file }) => file.path),
    nodesOf: (path) => records.find(({ file }) => file.path === path)?.nodes.map(({ id }) => id) ?? [],
    close: () => undefined,
  };
}
