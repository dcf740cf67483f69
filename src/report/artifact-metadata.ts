/** The head that all artifacts in dbt's forms share. */

/** The version of dbt whose artifacts these are; readers choose their parser by it. */
export const imitatedDbtVersion = '1.10.0';

/** Public addresses of the forms, which readers compare letter by letter. */
export const artifactSchemas = {
  manifest: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
  catalog: 'https://schemas.getdbt.com/dbt/catalog/v1.json',
  runResults: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
  sources: 'https://schemas.getdbt.com/dbt/sources/v3.json',
} as const;

/** When and by what an artifact was made. */
export interface ArtifactOrigin {
  /** Version of `tx`. */
  readonly version: string;
  /** ISO 8601 in UTC. */
  readonly generatedAt: string;
  /** The run it belongs to; null for what a run did not make. */
  readonly invocationId: string | null;
}

export interface ArtifactMetadata {
  readonly dbt_schema_version: string;
  readonly dbt_version: string;
  readonly generated_at: string;
  readonly invocation_id: string | null;
  readonly env: Readonly<Record<string, string>>;
}

export function artifactMetadata(form: keyof typeof artifactSchemas, origin: ArtifactOrigin): ArtifactMetadata {
  return {
    dbt_schema_version: artifactSchemas[form],
    dbt_version: imitatedDbtVersion,
    generated_at: origin.generatedAt,
    invocation_id: origin.invocationId,
    env: { TX_VERSION: origin.version },
  };
}
