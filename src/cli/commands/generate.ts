/** `tx generate`: writes what somebody would type off the database: YAML of sources and models, staging models, unit tests. */
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { generateSource } from '../generate/generate-source.ts';
import { generateStaging } from '../generate/generate-staging.ts';
import { generateUnitTest } from '../generate/generate-unit-test.ts';
import { generateYaml } from '../generate/generate-yaml.ts';
import { writeProposals } from '../generate/proposal.ts';
import type { Proposed } from '../generate/proposal.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

export interface GenerateOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions {
  readonly args: readonly string[];
  readonly diff?: boolean;
}

export async function generateCommand(host: Host, screen: Screen, options: GenerateOptions): Promise<ExitCode> {
  const [what = '', name] = options.args;
  if (what === 'yaml' ? name !== undefined : name === undefined)
    throw new Stop(exitCodes.usage, [diagnose('generate-usage', { what, problem: what === 'yaml' ? 'surplus' : 'missing' })]);
  return writeProposals(host, screen, await propose(host, screen, options), options.diff === true);
}

async function propose(host: Host, screen: Screen, options: GenerateOptions): Promise<Proposed> {
  const [what, name = ''] = options.args;
  const loaded = await loadGraph(host, screen, options);
  const work = { host, screen, loaded, options };
  switch (what) {
    case 'source':
      return await generateSource(work, name);
    case 'staging':
      return await generateStaging(work, name);
    case 'unit-test':
      return await generateUnitTest(work, name);
    default:
      return await generateYaml(work, selectNodes(host, screen, loaded, options));
  }
}
