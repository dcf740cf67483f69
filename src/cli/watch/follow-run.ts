/** Turns the events of one run into those of watching, and shows its problems. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { FrameOptions } from '../../diagnostics/frame.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import type { FailureSample, RunEvent } from '../../execute/events.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RunReporter } from '../../report/console-reporter.ts';
import { renderProblems, renderVerdict } from '../../report/run-summary.ts';
import { layoutLines, renderStep, renderUnchanged } from '../../report/step-lines.ts';
import { followRun } from '../../report/step-progress.ts';
import type { StepProgress } from '../../report/step-progress.ts';
import type { WatchEvent } from '../../watch/watch-event.ts';
import type { Screen } from '../screen.ts';

export interface FollowOptions {
  readonly tell: (event: WatchEvent) => void;
  /** Whether each step has a line of its own. */
  readonly lines: boolean;
}

export function followWatchedRun(plan: Plan, screen: Screen, { tell, lines }: FollowOptions): RunReporter {
  const progress = followRun(plan);
  const layout = layoutLines(progress);
  const style: FrameOptions = { ...screen.progressStyle, sources: screen.sources, findSecrets: (text) => screen.mask().find(text) };
  const write = (text: string): void => screen.output.stderr.write(`${text}\n`);
  const running = new Set<StepProgress>();
  const samples = new Map<string, FailureSample>();
  const hooks: Diagnostic[] = [];
  const unchanged: StepProgress[] = [];
  const move = (): void => {
    const names = [...running].map(({ title }) => title);
    tell({ type: 'work-moved', running: names, finished: progress.finished(), failed: progress.tally.failed, total: progress.total });
  };
  const handle = (event: RunEvent): void => {
    switch (event.type) {
      case 'run-started':
        move();
        return;
      case 'node-started': {
        const entry = progress.start(event.id);
        if (entry !== undefined) running.add(entry);
        move();
        return;
      }
      case 'node-retried':
        write(`${plainLine(event.name)}  attempt ${event.attempt}, after: ${plainLine(event.message)}`);
        return;
      case 'node-waiting':
        write(
          `${plainLine(event.name)}  waits for ${plainLine(event.relation.schema)}.${plainLine(event.relation.name)}, which another session holds`,
        );
        return;
      case 'node-replanned':
        write(`${plainLine(event.name)}  planned anew: ${plainLine(event.because)}`);
        return;
      case 'batch-finished':
        if (event.status === 'error')
          write(`${plainLine(event.name)}  batch ${event.start} failed: ${plainLine(event.message ?? 'tests')}`);
        return;
      case 'node-finished': {
        if (event.sample !== undefined) samples.set(event.result.id, event.sample);
        const entry = progress.finish(event.result);
        if (entry !== undefined) {
          running.delete(entry);
          if (entry.results.every(({ asOf }) => asOf !== undefined)) unchanged.push(entry);
          else if (lines) for (const line of renderStep(entry, progress.finished(), layout, style)) write(line);
        }
        move();
        return;
      }
      case 'hook-finished':
        hooks.push(...event.diagnostics);
        return;
      case 'run-finished': {
        if (lines && unchanged.length > 0) write(renderUnchanged(unchanged, style));
        const summary = { progress, result: event.result, samples, hooks, errorsOnly: screen.quiet };
        const frames = renderProblems(summary, style);
        if (frames.length > 0) write(frames.join('\n\n'));
        tell({ type: 'work-ended', status: event.result.status, verdict: renderVerdict(summary, style) });
      }
    }
  };
  return { handle, stop: () => undefined };
}
