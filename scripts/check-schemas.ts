/** Adds the arguments of each check to the JSON Schema of property files. */
import type { JsonSchema } from '@valibot/to-json-schema';
import type { ArgumentSpec, ArgumentType } from '../src/checks/check-definition.ts';
import { checkNames, findNamedCheck } from '../src/checks/vocabulary.ts';
import { writtenNames } from '../src/checks/read-check-arguments.ts';

const scalar = ['string', 'number', 'boolean'] as const;
const text: JsonSchema = { type: 'string', minLength: 1 };
const values: JsonSchema = { type: 'array', items: { type: [...scalar, 'null'] } };
const texts: JsonSchema = { anyOf: [text, { type: 'array', items: text }] };

const types: Readonly<Record<Exclude<ArgumentType, 'word'>, JsonSchema>> = {
  text,
  texts,
  names: texts,
  number: { type: 'number' },
  count: { type: 'integer', minimum: 0 },
  boolean: { type: 'boolean' },
  values,
  pairs: { type: 'array', items: values },
  relation: text,
  column: text,
  scalar: { type: [...scalar] },
  condition: text,
  expression: text,
  any: {},
};

function argumentSchema({ type, words = [], description }: ArgumentSpec): JsonSchema {
  return { description, ...(type === 'word' ? { enum: [...words] } : types[type]) };
}

/** What may stand under one name of a check, beside config. */
function checkSchema(name: string): JsonSchema {
  const found = findNamedCheck(name);
  if (found === undefined) throw new Error(`no check ${name}`);
  const names = [...writtenNames(found)].map(([written, { spec }]) => [written, argumentSchema(spec)] as const);
  if (found.alias !== undefined) for (const [, argument] of names) delete argument.description;
  // Other packages have arguments that are config here.
  const config = Object.keys(found.alias?.asConfig ?? {}).map((written) => [written, {}] as const);
  const properties = Object.fromEntries([...config, ...names]);
  const inside: JsonSchema = { type: ['object', 'null'], properties, additionalProperties: false };
  return { description: found.definition.summary, properties: { ...properties, arguments: inside } };
}

/** The schema in which a test knows its arguments. A name that nobody knows may be a test of the project. */
export function withCheckArguments(schema: JsonSchema): JsonSchema {
  const test = schema.$defs?.['test'];
  const declared = typeof test === 'object' ? test.anyOf?.[1] : undefined;
  if (typeof declared !== 'object' || declared.additionalProperties === undefined) throw new Error('the schema of tests has changed');
  const settings = declared.additionalProperties;
  const ofName = (name: string): JsonSchema => ({ allOf: [{ $ref: '#/$defs/testSettings' }, { $ref: `#/$defs/check:${name}` }] });
  // With a package before the name, editors offer nothing: the same again would double the file.
  const short = checkNames().filter((name) => !name.includes('.'));
  const properties = Object.fromEntries(short.map((name) => [name, ofName(name)]));
  const named: JsonSchema = { ...declared, properties, additionalProperties: { $ref: '#/$defs/testSettings' } };
  const checks = Object.fromEntries(short.map((name) => [`check:${name}`, checkSchema(name)]));
  return { ...schema, $defs: { ...schema.$defs, test: { anyOf: [text, named] }, testSettings: settings, ...checks } };
}
