import { field, type ConfigOf } from '../../../../kong/pdk';
import { toKongFields } from '../../../../kong/pdk/kong-schema';
import { readConfig } from '../../../../kong/pdk/read-config';

const description = 'A field of the test';

const fields = {
  word: field.string({ description, required: true }),
  mode: field.string({ description, one_of: ['enforce', 'report'], default: 'enforce' }),
  note: field.string({ description, referenceable: true }),
  count: field.integer({ description, default: 5, between: [1, 10] }),
  ratio: field.number({ description }),
  active: field.boolean({ description, default: false }),
  names: field.array(field.string({ description }), { description, default: ['a'] }),
  kinds: field.set(field.integer({ description }), { description }),
  limits: field.map(field.record({ limit: field.integer({ description, default: 3 }) }, { description }), {
    description,
  }),
  redis: field.record(
    { host: field.string({ description, default: 'localhost' }), port: field.integer({ description }) },
    { description, required: true },
  ),
  sink: field.record({ url: field.string({ description, default: 'http://x' }) }, { description }),
};

type Config = ConfigOf<typeof fields>;
type Same<A, B> = [A, B] extends [B, A] ? true : false;
/** Compiles only if the types are the same. */
const assertSame = <A, B>(_proof: Same<A, B>): void => undefined;

it('derives the type of the config', () => {
  assertSame<Config['word'], string>(true);
  assertSame<Config['mode'], 'enforce' | 'report'>(true);
  assertSame<Config['note'], string | undefined>(true);
  assertSame<Config['count'], number>(true);
  assertSame<Config['names'], readonly string[]>(true);
  assertSame<Config['kinds'], readonly number[] | undefined>(true);
  assertSame<Config['redis']['host'], string>(true);
  assertSame<Config['redis']['port'], number | undefined>(true);
  expect(Object.keys(fields)).toHaveLength(11);
});

describe('toKongFields', () => {
  it("writes Kong's format: single-key objects, in order, with every attribute as declared", () => {
    const written = toKongFields(fields);
    expect(written.map((entry) => Object.keys(entry))).toEqual(Object.keys(fields).map((name) => [name]));
    expect(written[1]).toEqual({
      mode: { type: 'string', description, one_of: ['enforce', 'report'], default: 'enforce' },
    });
    expect(written[8]).toEqual({
      limits: {
        type: 'map',
        description,
        keys: { type: 'string', description: 'The key of the entry', required: true },
        values: { type: 'record', description, fields: [{ limit: { type: 'integer', description, default: 3 } }] },
      },
    });
  });

  it('tells Kong of each record whether it is required, because Kong requires a record that says nothing', () => {
    const section = { x: field.integer({ description }) };
    expect(
      toKongFields({
        optional: field.record(section, { description }),
        always: field.record(section, { description, required: true }),
      }),
    ).toMatchObject([{ optional: { required: false } }, { always: { required: true } }]);
  });

  it('is unchanged by JSON, which carries it to Kong', () => {
    const written = toKongFields(fields);
    expect(JSON.parse(JSON.stringify(written))).toEqual(written);
  });
});

describe('readConfig', () => {
  const least = {
    word: 'w',
    mode: 'enforce',
    count: 5,
    active: false,
    names: ['a'],
    redis: { host: 'localhost' },
  };

  it.each<[string, Record<string, unknown>, object]>([
    ['a config with only the required field: defaults, and no optional field', { word: 'w' }, least],
    ['null as an absent value', { word: 'w', note: null, count: null, redis: null, sink: null }, least],
    ["Lua's empty table for a list", { word: 'w', names: {}, kinds: {} }, { ...least, names: [], kinds: [] }],
    [
      'an optional record that is present, with its defaults',
      { word: 'w', sink: {} },
      { ...least, sink: { url: 'http://x' } },
    ],
    [
      'records in a map',
      { word: 'w', limits: { add: {}, sub: { limit: 9 } } },
      { ...least, limits: { add: { limit: 3 }, sub: { limit: 9 } } },
    ],
    [
      'false and zero as values',
      { word: '', active: false, count: 0, ratio: 0 },
      { ...least, word: '', count: 0, ratio: 0 },
    ],
    [
      'a config without the members that Kong adds and without undeclared ones',
      { word: 'w', __key__: 'k', __seq__: 1, service_id: 's', x: 1 },
      least,
    ],
    [
      'names of the prototype',
      JSON.parse('{"word":"w","limits":{"__proto__":{"limit":1}}}') as Record<string, unknown>,
      {
        ...least,
        limits: Object.fromEntries([['__proto__', { limit: 1 }]]),
      },
    ],
  ])('reads %s', (_, raw, config) => {
    expect(readConfig(fields, raw)).toEqual(config);
  });

  it('never returns the declared default object itself', () => {
    expect(readConfig(fields, {}).names).not.toBe(fields.names.attributes.default);
  });
});
