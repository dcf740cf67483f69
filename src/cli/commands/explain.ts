/** `tx explain <code>`: prints the page of an error, or the list of all; `--node` tells of a node. */
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { dbtGuide } from '../../diagnostics/dbt-words.ts';
import { didYouMean } from '../../diagnostics/nearest.ts';
import { registry } from '../../diagnostics/registry.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { Screen } from '../screen.ts';
import type { ExplainNodeOptions } from './explain-node.ts';

export interface ExplainOptions extends ExplainNodeOptions {
  readonly args: readonly string[];
  /** A node instead of a code. */
  readonly node?: string;
}

export async function explainCommand(host: Host, screen: Screen, options: ExplainOptions): Promise<ExitCode> {
  if (options.node !== undefined) return (await import('./explain-node.ts')).explainNode(host, screen, options, options.node);
  return explainCode(host, screen, options, options.args[0]);
}

function explainCode(host: Host, screen: Screen, { output }: ExplainOptions, code: string | undefined): ExitCode {
  const codes = Object.keys(registry).sort();
  if (code === undefined) {
    if (output === 'json') screen.data(codes);
    else screen.result(codes.join('\n'));
    return exitCodes.ok;
  }
  if (code === dbtGuide) {
    showPage(host, screen, output, code, ['docs', `${code}.md`]);
    return exitCodes.ok;
  }
  if (!codes.includes(code)) throw new Stop(exitCodes.usage, [diagnose('unknown-code', { code, near: didYouMean(code, codes) })]);
  showPage(host, screen, output, code, ['docs', 'errors', `${code}.md`]);
  return exitCodes.ok;
}

function showPage(host: Host, screen: Screen, output: ExplainOptions['output'], code: string, path: readonly string[]): void {
  const text = new TextDecoder().decode(host.files.readBytes(join(host.packageRoot, ...path)));
  if (output === 'json') screen.data({ code, page: text });
  else screen.result(text);
}
