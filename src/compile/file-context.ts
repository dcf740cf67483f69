/** What compiling one file may use, and where it says what is wrong. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CheckDefinition } from '../checks/check-definition.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Project } from '../project/project.ts';
import type { NodeId } from './compiled.ts';
import { describe } from './docs-blocks.ts';
import type { SharedEnvironment } from './environment.ts';
import { FileEnvironment } from './environment.ts';
import type { Asker } from './facts.ts';
import type { FileTexts } from './hooks.ts';
import { NodeIndex } from './node-index.ts';

/** What is the same for every file of a project. */
export interface ProjectContext {
  readonly project: Project;
  readonly dialect: Dialect;
  readonly findCheck: (name: string) => CheckDefinition | undefined;
  readonly checkNames: () => readonly string[];
  readonly texts: FileTexts;
}

export class FileContext implements ProjectContext {
  readonly project: Project;
  readonly dialect: Dialect;
  readonly findCheck: ProjectContext['findCheck'];
  readonly checkNames: ProjectContext['checkNames'];
  readonly texts: FileTexts;
  /** How the file learns of others. */
  readonly asker: Asker;
  readonly environment: FileEnvironment;
  readonly index: NodeIndex;
  /** What was found since {@link begin}. */
  diagnostics: Diagnostic[] = [];
  broken: NodeId[] = [];

  constructor(shared: ProjectContext, environment: SharedEnvironment, asker: Asker) {
    this.project = shared.project;
    this.dialect = shared.dialect;
    this.findCheck = shared.findCheck;
    this.checkNames = shared.checkNames;
    this.texts = shared.texts;
    this.asker = asker;
    this.environment = new FileEnvironment(asker, environment);
    this.index = new NodeIndex(asker, shared.project.name);
  }

  /** Begins a stage: what an attempt before it found does not count. */
  begin(): this {
    this.diagnostics = [];
    this.broken = [];
    return this;
  }

  /** Fills the doc blocks in a description. */
  describe(description: string, span: Span): string {
    return description.includes('{{') ? describe(description, span, this) : description;
  }
}
