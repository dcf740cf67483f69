/**
 * What is known of functions of the server, by their numbers: those of built-in functions never change, and names would have to be asked
 * for. Only what is certain; a test compares the numbers with the catalog.
 */

const firstOfUsers = 16_384;

/** All built-in operators that give a truth value give NULL for NULL. */
export function isBuiltIn(oid: number): boolean {
  return oid > 0 && oid < firstOfUsers;
}

type Named = Readonly<Record<string, readonly number[]>>;

/** Functions that give NULL only for NULL. */
export const strictFunctions: Named = {
  lower: [870],
  upper: [871],
  ltrim: [875, 881],
  rtrim: [876, 882],
  btrim: [884, 885],
  length: [1317, 1318],
  char_length: [1372, 1381],
  replace: [2087],
  md5: [2311],
  abs: [1394, 1395, 1396, 1397, 1398, 1705],
  round: [1342, 1707, 1708],
  floor: [1712, 2309],
  ceil: [1711, 2308],
  ceiling: [2167, 2320],
  date_trunc: [1217, 1284, 2020],
  textcat: [1258],
  int2pl: [176],
  int4pl: [177],
  int24pl: [178],
  int42pl: [179],
  int8pl: [463],
  int48pl: [1278],
  int84pl: [1274],
  int2mi: [180],
  int4mi: [181],
  int24mi: [182],
  int42mi: [183],
  int8mi: [464],
  int48mi: [1279],
  int84mi: [1275],
  int2mul: [152],
  int4mul: [141],
  int24mul: [170],
  int42mul: [171],
  int8mul: [465],
  int48mul: [1280],
  int84mul: [1276],
  numeric_add: [1724],
  numeric_sub: [1725],
  numeric_mul: [1726],
  float4pl: [204],
  float4mi: [205],
  float4mul: [202],
  float8pl: [218],
  float8mi: [219],
  float8mul: [216],
};

/** Casts that give NULL only for NULL; values that differ before may be one afterwards. */
export const strictCasts: Named = {
  int4: [480, 313, 1744],
  int2: [314],
  int8: [1779],
  numeric: [1703],
  varchar: [669],
  bpchar: [668],
  text: [401],
  date: [2029],
};

/** Casts after which values that differed still differ. */
export const apartCasts: Named = { int8: [481, 754], int4: [313], numeric: [1740, 1781, 1782], timestamp: [2024] };

/** Equality under which the values of a column are one value to GROUP BY as well. */
export const equalities: Named = {
  booleq: [60],
  chareq: [61],
  nameeq: [62],
  int2eq: [63],
  int4eq: [65],
  texteq: [67],
  int24eq: [158],
  int42eq: [159],
  oideq: [184],
  float4eq: [287],
  float8eq: [293],
  int8eq: [467],
  int84eq: [474],
  int48eq: [852],
  bpchareq: [1048],
  date_eq: [1086],
  timestamptz_eq: [1152],
  numeric_eq: [1718],
  int28eq: [1850],
  int82eq: [1856],
  timestamp_eq: [2052],
  uuid_eq: [2956],
};

/** Aggregates that are never NULL, not even over no rows. */
export const counts: Named = { count: [2147, 2803] };

/** Aggregates that give NULL only if all their rows are NULL, or if there are none. */
export const overRows: Named = {
  sum: [2107, 2108, 2109, 2110, 2111, 2112, 2113, 2114],
  avg: [2100, 2101, 2102, 2103, 2104, 2105, 2106],
  max: [2115, 2116, 2117, 2119, 2120, 2122, 2123, 2126, 2127, 2128, 2129, 2130, 2244],
  min: [2131, 2132, 2133, 2135, 2136, 2138, 2139, 2142, 2143, 2144, 2145, 2146, 2245],
  array_agg: [2335],
  bool_and: [2517],
  bool_or: [2518],
  every: [2519],
  string_agg: [3538],
};

/** Aggregates that add up without rounding, so that their order means nothing: of whole numbers and of numeric ones. */
export const sums: Named = { sum: [2107, 2108, 2109, 2114], avg: [2100, 2101, 2102, 2103] };

/** Windows that give a number to every row. */
export const numbering: Named = { row_number: [3100], rank: [3101], dense_rank: [3102], percent_rank: [3103], cume_dist: [3104] };

/** Windows whose second argument says which row is taken. */
export const neighbours: Named = { lag: [3106, 3107, 3108], lead: [3109, 3110, 3111] };

/** Takes the values out of an array again. */
export const unnesting: Named = { unnest: [2331] };

function among(...lists: readonly Named[]): (oid: number) => boolean {
  const all = new Set(lists.flatMap((list) => Object.values(list).flat()));
  return (oid) => all.has(oid);
}

export const isStrict = among(strictFunctions, strictCasts, apartCasts, equalities);
export const isStrictCast = among(strictCasts, apartCasts);
export const castsApart = among(apartCasts);
export const isEquality = among(equalities);
export const isCount = among(counts);
export const isOverRows = among(overRows);
export const isSum = among(sums);
const named = (...names: readonly string[]): Named => Object.fromEntries(names.map((name) => [name, overRows[name] ?? []]));
export const isExtreme = among(named('max', 'min'));
export const isTruthOfAll = among(named('bool_and', 'bool_or', 'every'));
export const isNumbering = among(numbering);
const { row_number: _, ...ranking } = numbering;
/** Rows that are equal by the order have the same number. */
export const isRanking = among(ranking);
export const isRowNumber = among({ row_number: numbering['row_number'] ?? [] });
export const isNeighbour = among(neighbours);
export const isUnnest = among(unnesting);

const [int8, int2, int4, text, bool, date, varchar, numeric, uuid] = [20, 21, 23, 25, 16, 1082, 1043, 1700, 2950];
const readable: ReadonlySet<number | undefined> = new Set([int2, int4, int8, bool, date, numeric, uuid]);

/** Whether different values of a type are different texts. */
export function castsText(from: number, to: number): boolean {
  return (to === text || to === varchar) && readable.has(from);
}

/** Collations under which only the same text is equal: none, and those that every server has. */
export function isDeterministic(collation: number): boolean {
  return [0, 100, 950, 951].includes(collation);
}
