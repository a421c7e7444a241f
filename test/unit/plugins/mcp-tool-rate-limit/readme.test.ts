import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Metrics, type Fields } from '../../../../kong/pdk';
import { fields } from '../../../../plugins/mcp-tool-rate-limit/schema';
import { TestLimiter } from '../../../support/limiter';

const text = readFileSync(join(__dirname, '../../../../plugins/mcp-tool-rate-limit/README.md'), 'utf8');

const section = (title: string): string => text.split(`${title}\n`)[1]!.split(/\n##/)[0]!;
const rowsOf = (title: string): string[][] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

const rule: Fields = fields.rules.elements!.fields!;

describe.each<[string, Fields]>([
  ['', fields],
  ['rules[].', rule],
  ['redis.', fields.redis.fields!],
])('the table of fields, under "%s"', (prefix, declared) => {
  /** The rows of these fields, without the prefix of their names. */
  const rows = rowsOf('## Configuration').flatMap(([, name = '', type = '', value = '']) =>
    name.startsWith(`\`${prefix}`) && /^\w+`$/.test(name.slice(prefix.length + 1))
      ? [[type, `\`${name.slice(prefix.length + 1)}`, value]]
      : [],
  );

  it('explains every field and no other', () => {
    const explained = rows.flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(explained.sort()).toEqual(Object.keys(declared).sort());
  });

  it('names the defaults', () => {
    for (const [, names = '', cell = ''] of rows) {
      for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) {
        const value = declared[name]?.attributes.default;
        if (value === undefined) continue;
        const shown = JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ');
        expect(`${name} ${cell}`).toContain(`\`${shown}\``);
      }
    }
  });
});

it('has examples that are valid configurations', async () => {
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml!) as object);
  expect(examples).toHaveLength(4);
  for (const example of examples) {
    const config =
      'services' in example
        ? (example as { services: { plugins: { config?: object }[] }[] }).services[0]!.plugins[1]!.config!
        : example;
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(config)));
    for (const given of (config as { rules: object[] }).rules) {
      expect(Object.keys(rule)).toEqual(expect.arrayContaining(Object.keys(given)));
    }
    const limiter = await TestLimiter.start({ ...config, policy: 'local' });
    expect(await limiter.call('add')).toBe(true);
    await limiter.close();
  }
});

it('names all metrics', async () => {
  const metrics = new Metrics();
  await TestLimiter.start({ rules: [{ windows: [{ limit: 1, window_seconds: 1 }] }] }, metrics);
  const existing = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  const named = rowsOf('## Metrics').flatMap(([, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(named.sort()).toEqual(existing.sort());
});
