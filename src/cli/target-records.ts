/** Where the record and the mark of the last run stand: of any target, and beside that of each target where there are several. */
import type { Project } from '../project/project.ts';

/** As a file of one target is called: `run_results.prod.json`. */
const beside = (name: string, target: string): string => name.replace('.', `.${encodeURIComponent(target)}.`);

/** The name for this target; undefined where the project has no other, or its targets are not known. */
export function besideName(name: string, project: Pick<Project, 'target' | 'targetNames'> | undefined): string | undefined {
  return project === undefined || project.targetNames.length < 2 ? undefined : beside(name, project.target.name);
}
