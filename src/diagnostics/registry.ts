/** Every problem `tx` can report, by slug. A code never changes its meaning. */
import { analyzeCodes } from './codes/analyze.ts';
import { checkCodes } from './codes/check.ts';
import { cliCodes } from './codes/cli.ts';
import { diffCodes } from './codes/diff.ts';
import { engineCodes } from './codes/engine.ts';
import { formatCodes } from './codes/format.ts';
import { generateCodes } from './codes/generate.ts';
import { graphCodes } from './codes/graph.ts';
import { lintCodes } from './codes/lint.ts';
import { planCodes } from './codes/plan.ts';
import { projectCodes } from './codes/project.ts';
import { runCodes } from './codes/run.ts';
import { seedCodes } from './codes/seed.ts';
import { selectionCodes } from './codes/selection.ts';
import { snapshotCodes } from './codes/snapshot.ts';
import { stateCodes } from './codes/state.ts';
import { templateCodes } from './codes/template.ts';
import { unitTestCodes } from './codes/unit-test.ts';
import type { CodeEntry } from './code-entry.ts';

export const registry = {
  ...projectCodes,
  ...templateCodes,
  ...graphCodes,
  ...selectionCodes,
  ...seedCodes,
  ...checkCodes,
  ...unitTestCodes,
  ...analyzeCodes,
  ...engineCodes,
  ...planCodes,
  ...runCodes,
  ...snapshotCodes,
  ...formatCodes,
  ...diffCodes,
  ...lintCodes,
  ...generateCodes,
  ...stateCodes,
  ...cliCodes,
} satisfies Record<string, CodeEntry<never>>;

export type DiagnosticCode = keyof typeof registry;

/** The parameters that a code's message needs; wrong ones do not compile. */
export type CodeParams<C extends DiagnosticCode> = Parameters<(typeof registry)[C]['message']>[0];
