/** `--profile`: measures a command and leaves a trace behind. */
import { resolve } from 'node:path';
import type { Trace } from '../report/trace.ts';
import { createTrace } from '../report/trace.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';
import { writeArtifact } from './write-artifact.ts';

/** The same world, with a trace of the command that starts now. */
export function profiledHost(host: Host, command: string | undefined): Host {
  return { ...host, trace: createTrace(() => performance.now(), command ?? '') };
}

/** Writes the trace where the user asked for it, seen from where they stand. */
export function writeTrace(host: Host, screen: Screen, trace: Trace, file: string): void {
  writeArtifact(host, screen, { absolute: resolve(host.cwd, file), shown: file }, trace.render(screen.mask().apply));
}
