import { configTable } from '../../../../kong/generate/config-table';
import { field } from '../../../../kong/pdk';

const text = field.string({ description: 'A text' });

it('has a row for each field, with dotted names for fields of records', () => {
  const fields = {
    mode: field.string({ description: 'off|on, * or _other', one_of: ['off', 'on'], default: 'off' }),
    key: field.string({ description: 'The <key>', len_min: 16, len_max: 64, referenceable: true, required: true }),
    share: field.number({ description: 'A snake_case share', between: [0, 1], default: 1 }),
    database: field.integer({ description: 'A number', gt: -1 }),
    names: field.set(text, { description: 'Names', default: ['a', 'b'], len_min: 1, len_max: 8 }),
    headers: field.map(field.string({ description: 'A value', referenceable: true }), {
      description: 'Headers',
      default: {},
    }),
    redis: field.record(
      { ssl: field.boolean({ description: 'TLS', default: false }) },
      { description: 'Redis', required: true },
    ),
    rules: field.array(field.record({ id: text }, { description: 'A rule' }), { description: 'Rules', required: true }),
    tiers: field.map(field.record({ tag: text }, { description: 'A tier' }), { description: 'Tiers', default: {} }),
  };
  expect(configTable(fields).split('\n')).toEqual([
    '| Field | Type | Default | Description |',
    '| --- | --- | --- | --- |',
    '| `mode` | `off`, `on` | `off` | off\\|on, \\* or \\_other |',
    '| `key` | string, at least 16 characters, at most 64 characters, vault reference allowed | required | The &lt;key> |',
    '| `share` | number, 0 to 1 | `1` | A snake_case share |',
    '| `database` | integer, greater than -1 |  | A number |',
    '| `names` | set of string, at least 1, at most 8 | `[a, b]` | Names |',
    '| `headers` | map of string, vault reference allowed | `{}` | Headers |',
    '| `redis` | record |  | Redis |',
    '| `redis.ssl` | boolean | `false` | TLS |',
    '| `rules` | array of record | required | Rules |',
    '| `rules[].id` | string |  | A text |',
    '| `tiers` | map of record | `{}` | Tiers |',
    '| `tiers.*.tag` | string |  | A text |',
  ]);
});
