/** Tells queries that may read what their plans do not show. */

/** Readers of files, and catalogs, whose content may be another one at any time. */
const readers =
  /\b(?:read_|sniff_|parquet_|json_objects|ndjson_|glob\b|query\b|query_table|duckdb_|pragma_|information_schema|pg_catalog)/i;
/** The ending of a file, in quotes or not: what stands in comments counts, too. */
const files = /\.(?:csv|tsv|txt|json|jsonl|ndjson|parquet|xlsx|arrow|avro|db|duckdb)\b/i;
/** Of what stands inside of these, the binder keeps the type alone. */
const typesOnly = /\b(?:typeof|pg_typeof|can_cast_implicitly|describe|summarize|show)\b/i;

/** `sql` is what the engine is sent, with declared relations in the place of files. Says yes rather too often than not. */
export function mayReadMore(sql: string): boolean {
  return readers.test(sql) || typesOnly.test(sql) || files.test(sql);
}
