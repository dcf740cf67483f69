/** Takes small parts of the inputs of a model, always the same of the same data, in which most branches are found fast. */
import type { Tie } from '../../generate/unit-test/origins.ts';
import type { Asking, SampledInput } from './sampled-rows.ts';
import { inOrder } from './sampled-rows.ts';

/** Rows of a part, and those of them that come first whether anything belongs to them or not. */
const mostRows = 5000;
const firstRows = 500;

/** The inputs with temporary tables in the place of what they read; undefined where the database makes none. */
export async function sliceInputs(
  asking: Asking,
  inputs: readonly SampledInput[],
  ties: readonly Tie[],
): Promise<readonly SampledInput[] | undefined> {
  const slices: SampledInput[] = [];
  for (const [at, input] of inputs.entries()) {
    const slice = await sliceOf(asking, input, at, partnersOf(at, slices, ties, asking));
    if (slice === undefined) return undefined;
    slices.push(slice);
  }
  return slices;
}

/** Conditions for rows that belong to what was taken of other inputs. */
function partnersOf(at: number, slices: readonly SampledInput[], ties: readonly Tie[], { dialect }: Asking): readonly string[] {
  const found = ties.flatMap(([one, other]) =>
    [[one, other] as const, [other, one] as const].flatMap(([own, known]) => {
      const slice = slices[known.input];
      if (own.input !== at || slice === undefined) return [];
      return [`${dialect.quoteIdentifier(own.column)} in (select ${dialect.quoteIdentifier(known.column)} from ${slice.real})`];
    }),
  );
  return [...new Set(found)];
}

async function sliceOf(asking: Asking, input: SampledInput, at: number, partners: readonly string[]): Promise<SampledInput | undefined> {
  const { connection, dialect } = asking;
  const name = `_tx_slice_${at}`;
  const columns = input.columns.map((column) => dialect.quoteIdentifier(column.name));
  const made = await inOrder(asking, columns, async (order) => {
    const part = (condition: string, limit: number): string =>
      `(select ${columns.join(', ')} from ${input.real} as tx_of${condition} order by ${order} limit ${limit})`;
    const parts = partners.length === 0 ? [part('', mostRows)] : [part(` where ${partners.join(' or ')}`, mostRows), part('', firstRows)];
    // A row of both parts is one.
    await connection.run({ sql: `create temporary table ${dialect.quoteIdentifier(name)} as ${parts.join(' union ')}` });
    return true;
  });
  return made === undefined ? undefined : { ...input, real: dialect.relation({ schema: dialect.temporarySchema, name }) };
}
