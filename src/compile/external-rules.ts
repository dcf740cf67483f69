/** In which files the rows of a model are kept, as config says. */
import type { FileForm } from '../adapter/file-form.ts';

/** Files that stand for a relation. */
export interface ExternalConfig extends FileForm {
  /** A file, or with partitions a folder: relative to the project, with `/`, or absolute. */
  readonly location: string;
  /** It lies among the output of the project, where nothing else is kept. */
  readonly isOwn?: true;
}
