/** What the sampling of rows for unit tests works with. */
import type { PersonalColumns } from '../../analyze/personal.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import type { Masker } from '../../generate/unit-test/mask.ts';
import type { OpenTarget } from '../ask-target.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { Draft, Times } from './unit-test-drafts.ts';

export interface SampleWork {
  readonly host: Host;
  readonly loaded: LoadedGraph;
  readonly target: OpenTarget;
  readonly model: CompiledModel;
  readonly drafts: readonly Draft[];
  readonly times: Times;
  readonly personal: PersonalColumns;
  /** One for all tests of the model, so that a value is the same in each. */
  readonly masker: Masker;
}
