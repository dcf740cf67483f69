/** `tx explain <code>`: prints the page of an error, or the list of all. */
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/nearest.ts';
import { registry } from '../../diagnostics/registry.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { Screen } from '../screen.ts';

export interface ExplainOptions {
  readonly output: 'text' | 'json';
}

export function explainCommand(host: Host, screen: Screen, { output }: ExplainOptions, code: string | undefined): ExitCode {
  const codes = Object.keys(registry).sort();
  if (code === undefined) {
    if (output === 'json') screen.data(codes);
    else screen.result(codes.join('\n'));
    return exitCodes.ok;
  }
  if (!codes.includes(code)) throw new Stop(exitCodes.usage, [diagnose('unknown-code', { code, near: didYouMean(code, codes) })]);
  const page = host.files.readBytes(join(host.packageRoot, 'docs', 'errors', `${code}.md`));
  const text = new TextDecoder().decode(page);
  if (output === 'json') screen.data({ code, page: text });
  else screen.result(text);
  return exitCodes.ok;
}
