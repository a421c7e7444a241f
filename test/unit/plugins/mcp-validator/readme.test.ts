import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Fields } from '../../../../kong/pdk';
import { fields } from '../../../../plugins/mcp-validator/schema';
import { rulesOf } from './request';

const text = readFileSync(join(__dirname, '../../../../plugins/mcp-validator/README.md'), 'utf8');

interface Entry {
  readonly name: string;
  readonly config?: Record<string, unknown>;
}

/** The plugin's configurations in the fragments, whole ones and those of the config alone. */
const configs = [...text.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, fragment]) => {
  const { plugins, config } = parse(fragment!) as { plugins?: Entry[]; config?: Record<string, unknown> };
  const own = plugins?.filter(({ name }) => name === 'mcp-validator') ?? [];
  return [...own.map((entry) => entry.config), config].filter((one) => one !== undefined);
});

/** Paths of all fields that are not records, with their defaults as the README writes them. */
const leaves = (given: Fields, prefix = ''): [path: string, value: string][] =>
  Object.entries(given).flatMap(([name, { attributes, fields: inner, elements }]): [string, string][] => {
    if (inner) return leaves(inner, `${prefix}${name}.`);
    const { default: value } = attributes;
    const own: [string, string] = [prefix + name, value === undefined ? '' : JSON.stringify(value)];
    return elements?.fields ? [own, ...leaves(elements.fields, `${prefix}${name}[].`)] : [own];
  });

const pathsIn = (config: Record<string, unknown>, given: Fields, prefix = ''): string[] =>
  Object.entries(config).flatMap(([name, value]) => {
    const inner = given[name]?.fields;
    return inner ? pathsIn(value as Record<string, unknown>, inner, `${prefix}${name}.`) : [prefix + name];
  });

const section = (title: string): string => text.split(`## ${title}\n`)[1]!.split('\n## ')[0]!;

/** Cells of the rows that begin with a name in code. */
const rows = section('Configuration')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

it('explains every field and no other', () => {
  const explained = rows.filter(([, , type]) => type !== 'record').flatMap(([, names]) => namesIn(names!));
  expect(explained.sort()).toEqual(
    leaves(fields)
      .map(([path]) => path)
      .sort(),
  );
});

it.each(leaves(fields))('names the default of %s', (path, value) => {
  const [, , , named] = rows.find(([, names]) => namesIn(names!).includes(path))!;
  expect(named).toBe(value === '' ? '' : `\`${value.replaceAll('"', '').replaceAll(',', ', ')}\``);
});

it('its fragments configure the plugin', () => {
  expect(configs).toHaveLength(7);
  const known = leaves(fields).map(([path]) => path);
  for (const config of configs) {
    expect(known).toEqual(expect.arrayContaining(pathsIn(config, fields)));
    expect(() => rulesOf(config)).not.toThrow();
  }
});

it('names every metric', () => {
  const folder = join(__dirname, '../../../../plugins/mcp-validator');
  const sources = ['metrics.ts', 'learning/learning-metrics.ts'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  );
  const source = sources.join('\n');
  const metrics = [...source.matchAll(/name: '(\w+)',[^}]*?labelNames: \[(.*?)\]/gs)];
  expect(metrics).toHaveLength(10);
  for (const [, name, labels] of metrics) {
    const row = section('Metrics')
      .split('\n')
      .find((line) => line.includes(`\`${name!}\``))!;
    for (const label of labels!.match(/\w+/g)!) expect(row).toContain(`\`${label}\``);
  }
});
