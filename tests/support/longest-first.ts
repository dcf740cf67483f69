/** The order of files where nothing is known of an earlier run: Vitest goes by their sizes, and cases may stand in other files. */
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** What takes longest of its project. Started last, it would be run alone while the other worker has nothing left to do. */
const longest = ['tests/engines/conformance-duckdb.test.ts', 'tests/engines/conformance-postgres.test.ts', 'tests/engines/checks.test.ts'];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((path) => moduleId.endsWith(path));
    const at = sorted.findIndex((file) => sorted.find(isLong)?.project === file.project);
    const rest = sorted.filter((file) => !isLong(file));
    return [...rest.slice(0, at), ...sorted.filter(isLong), ...rest.slice(at)];
  }
}
