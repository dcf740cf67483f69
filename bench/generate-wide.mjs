/** Writes a project of many wide models, whose columns come from those above by copying, renaming, computing and summing. */
import { padded, pick, projectFile, writeFile } from './generate.mjs';

const sources = 20;
const columns = 20;
/** Models of the three layers: as many of 10. */
const staging = 3;
const intermediate = 4;

const name = (prefix, index) => `${prefix}_${padded(index, 5)}`;
const column = (index) => (index === 0 ? 'id' : `value_${padded(index, 2)}`);
const list = (spell) => Array.from({ length: columns }, (_, index) => `    ${spell(index)}`).join(',\n');

function stagingQuery(index) {
  return `select
${list((at) => (at % 5 === 4 ? `coalesce(${column(at)}, 0) as ${column(at)}` : column(at)))}
from {{source "raw" "events_${padded(index % sources, 2)}"}}
`;
}

function joinQuery(index, left, right) {
  const spell = (at) => {
    if (at % 3 === 0) return `a.${column(at)}`;
    return at % 3 === 1 ? `a.${column(at)} + b.${column(at - 1)} as ${column(at)}` : `b.${column(at)}`;
  };
  return `select
${list(spell)}
from {{ref "${left}"}} as a
join {{ref "${right}"}} as b on b.id = a.id
where a.${column(1 + (index % 19))} > ${index % 100}
`;
}

function sumQuery(of) {
  const spell = (at) => (at === 0 ? column(at) : `sum(${column(at)}) as ${column(at)}`);
  return `select
${list(spell)}
from {{ref "${of}"}}
group by id
`;
}

function properties(model, area) {
  const described = Array.from({ length: columns - 1 }, (_, at) => at + 1).filter((at) => at % 2 === 0);
  const texts = described.map(
    (at) => `      - name: ${column(at)}\n        description: What was counted of area ${area}, number ${at}.\n`,
  );
  return `models:
  - name: ${model}
    description: One row per thing of area ${area}, with what was counted.
    columns:
      - name: id
        description: Number of the thing.
        tests: [not_null, unique]
${texts.join('')}`;
}

/** 20 columns and 2 tests a model, in three layers and in folders of 50. Each reads models of its own area, mostly. */
export function writeWideProject(root, models, target) {
  writeFile(root, 'project.yaml', projectFile('wide_bench', 4, target));
  const declared = Array.from({ length: columns }, (_, at) => `          - { name: ${column(at)}, data_type: INTEGER }\n`).join('');
  const tables = Array.from({ length: sources }, (_, index) => `      - name: events_${padded(index, 2)}\n        columns:\n${declared}`);
  writeFile(root, 'models/sources.yaml', `sources:\n  - name: raw\n    tables:\n${tables.join('')}`);
  const [lastStaging, lastIntermediate] = [Math.ceil((models * staging) / 10), Math.ceil((models * (staging + intermediate)) / 10)];
  const areas = Math.max(1, Math.ceil(models / 150));
  for (let index = 0; index < models; index += 1) {
    const area = index % areas;
    // A model of the same area, or now and then of any.
    const above = (prefix, from, to, salt) => {
      const any = from + pick(to - from, index, salt);
      const own = any - (any % areas) + area;
      return name(prefix, pick(20, index, salt, 1) === 0 || own < from || own >= to ? any : own);
    };
    const layer = index < lastStaging ? 'staging' : index < lastIntermediate ? 'intermediate' : 'marts';
    const model = name({ staging: 'stg', intermediate: 'int', marts: 'fct' }[layer], index);
    const queries = {
      staging: () => stagingQuery(index),
      intermediate: () => joinQuery(index, above('stg', 0, lastStaging, 1), above('stg', 0, lastStaging, 2)),
      marts: () =>
        index % 2 === 0
          ? sumQuery(above('int', lastStaging, lastIntermediate, 3))
          : joinQuery(index, above('int', lastStaging, lastIntermediate, 4), above('stg', 0, lastStaging, 5)),
    };
    const path = `models/${layer}/area_${padded(area, 2)}/${model}`;
    writeFile(
      root,
      `${path}.sql`,
      `{{config materialized="${layer === 'marts' ? 'table' : 'view'}" tags=(array "area_${area}")}}\n${queries[layer]()}`,
    );
    writeFile(root, `${path}.yaml`, properties(model, area));
  }
}
