/** How rows are kept in files: what config says of it, checked. */

export const fileFormats = ['parquet', 'csv', 'json'] as const;
export type FileFormat = (typeof fileFormats)[number];

export interface FileOptions {
  readonly compression?: string;
  readonly compressionLevel?: number;
  readonly rowGroupSize?: number;
  readonly delimiter?: string;
  readonly header?: boolean;
  /** Of JSON: one list instead of a line for each row. */
  readonly array?: boolean;
}

export interface FileForm {
  readonly format: FileFormat;
  /** Columns that become folders, `day=2024-01-01`; a single file without any. */
  readonly partitionBy: readonly string[];
  readonly options: FileOptions;
}
