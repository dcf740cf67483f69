/** Writes the JSON Schemas that editors use from the same declarations that the loader checks by. */
import type { JsonSchema } from '@valibot/to-json-schema';
import { toJsonSchema } from '@valibot/to-json-schema';
import { engines } from '../src/cli/engines.ts';
import { propertiesShape, sharedPropertyShapes } from '../src/parse/properties-shape.ts';
import { configShapes } from '../src/project/config-keys.ts';
import { projectShape } from '../src/project/project-shape.ts';
import type { Shape } from '../src/project/shape.ts';
import { withCheckArguments } from './check-schemas.ts';

/** The schemas by file name, as text. */
export function renderSchemas(): Readonly<Record<string, string>> {
  return {
    'project.schema.json': render(projectShape(engines), 'project.yaml of tx', configShapes),
    'properties.schema.json': render(
      propertiesShape,
      'Property file of tx: models, seeds, sources, macros',
      { ...configShapes, ...sharedPropertyShapes },
      withCheckArguments,
    ),
  };
}

/** Shapes in `shared` are written once and referred to. */
function render(
  shape: Shape,
  title: string,
  shared: Readonly<Record<string, Shape>>,
  complete: (schema: JsonSchema) => JsonSchema = (schema) => schema,
): string {
  const definitions = { ...shared };
  const { $schema, ...schema } = toJsonSchema(shape, {
    typeMode: 'input',
    definitions,
    overrideSchema: ({ jsonSchema }) => refine(jsonSchema),
  });
  return `${JSON.stringify({ $schema, title, ...complete(schema) }, null, 2)}\n`;
}

/** What valibot cannot say: in a config tree a key that starts with `+` is config, never a folder. */
function refine(schema: JsonSchema): JsonSchema | undefined {
  const marked = Object.keys(schema.properties ?? {}).filter((key) => key.startsWith('+'));
  if (marked.length === 0) return undefined;
  return { ...schema, propertyNames: { anyOf: [{ enum: marked }, { pattern: '^[^+]' }] } };
}
