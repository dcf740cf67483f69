/** Calls of functions of dbt's packages, as calls of the library of templates. */
import type { JinjaForm } from './jinja-form.ts';
import { call } from './jinja-form.ts';
import { packageFunctions } from './jinja-functions.ts';
import { NoForm } from './jinja-tokens.ts';

export interface CallArgument {
  readonly name: string | undefined;
  readonly value: string;
}

export function isPackage(name: string): boolean {
  return name === 'dbt' || name === 'dbt_utils';
}

/** A function of dbt's packages, with what it is given by name brought to its place. */
export function callPackage(written: string, name: string, args: readonly CallArgument[]): JinjaForm {
  const known = packageFunctions[name];
  if (known === undefined) throw new NoForm(written);
  const { parameters = [], named = {} } = known;
  const places: string[] = [];
  const others: string[] = [];
  for (const [index, arg] of args.entries()) {
    const place = arg.name === undefined ? index : parameters.indexOf(arg.name);
    if (place >= 0 && place < parameters.length) places[place] = arg.value;
    else {
      const here = arg.name === undefined ? undefined : named[arg.name];
      if (here === undefined) throw new NoForm(arg.name === undefined ? undefined : `${written}(${arg.name}=…)`);
      others.push(`${here}=${arg.value}`);
    }
  }
  // A gap: what comes before was not given.
  if (Object.keys(places).length !== places.length) throw new NoForm();
  return call(known.name ?? name, [...places, ...others]);
}
