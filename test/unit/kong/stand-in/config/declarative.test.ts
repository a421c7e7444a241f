import { stringify } from 'yaml';
import { ConfigError } from '../../../../../kong/stand-in/config/config-error';
import { readDeclarative } from '../../../../../kong/stand-in/config/declarative';
import { pluginSchema, type KnownPlugin } from '../../../../../kong/stand-in/config/plugin-schema';

const echo: KnownPlugin = pluginSchema({
  fields: [
    { consumer: { type: 'foreign', eq: null } },
    {
      config: {
        type: 'record',
        fields: [
          { mode: { type: 'string', one_of: ['strict', 'lax'], default: 'strict' } },
          { limit: { type: 'integer', between: [1, 10] } },
          { label: { type: 'string', required: true, match: '^%a+$' } },
          { nested: { type: 'record', required: true, fields: [{ depth: { type: 'integer', default: 3 } }] } },
          { optional: { type: 'record', required: false, fields: [{ x: { type: 'integer', default: 1 } }] } },
          // Kong requires a record unless its schema says otherwise.
          { implied: { type: 'record', fields: [{ x: { type: 'integer', default: 1 } }] } },
          { list: { type: 'array', elements: { type: 'string', len_max: 3 } } },
          { secret: { type: 'string', referenceable: true, len_max: 5 } },
        ],
      },
    },
  ],
  entity_checks: [{ mutually_required: ['config.limit', 'config.list'] }],
});

const plugins = new Map<string, KnownPlugin>([
  ['echo', echo],
  ['jwt', {}],
]);
// Only letters: the one Lua pattern of these tests.
const match = (value: string) => /^[A-Za-z-]+$/.test(value);
const read = (file: object) =>
  readDeclarative(stringify({ _format_version: '3.0', ...file }), plugins, match, 5).entities;

function complaints(file: object | string): string[] {
  try {
    readDeclarative(
      typeof file === 'string' ? file : stringify({ _format_version: '3.0', ...file }),
      plugins,
      match,
      5,
    );
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const service = { name: 's', host: 'h' };
const plugin = (config: object) => ({ plugins: [{ name: 'echo', config }] });

describe('what Kong rejects', () => {
  it.each<[string, object | string, string]>([
    ['no YAML', '{', 'file: failed parsing yaml'],
    ['no table', 'x', 'file: expected an object'],
    ['no version', 'services: []', '_format_version: required field missing'],
    ['a wrong version', { _format_version: '9' }, '_format_version: expected one of: 1.1, 2.1, 3.0'],
    ['an unknown list', { sevices: [] }, 'sevices: unknown field'],
    ['an unknown field', { services: [{ ...service, hots: 1 }] }, 'services[1].hots: unknown field'],
    ['a service without host', { services: [{ name: 's' }] }, 'services[1].host: required field missing'],
    ['a port as text', { services: [{ ...service, port: '80' }] }, 'services[1].port: expected an integer'],
    [
      'a port out of range',
      { services: [{ ...service, port: 70000 }] },
      'services[1].port: value should be between 0 and 65535',
    ],
    ['a bad protocol', { services: [{ ...service, protocol: 'ftp' }] }, 'services[1].protocol: expected one of:'],
    ['a path without slash', { services: [{ ...service, path: 'x' }] }, 'services[1].path: should start with: /'],
    [
      'a nested path',
      { services: [{ ...service, routes: [{ paths: ['x'] }] }] },
      'services[1].routes[1].paths[1]: should start with: / (fixed path)',
    ],
    ['a bad expression', { routes: [{ paths: ['~/('] }] }, 'routes[1].paths[1]: invalid regex'],
    [
      'a dotted path',
      { routes: [{ paths: ['/a/../b'] }] },
      "routes[1].paths[1]: non-normalized path, consider use '/b' instead",
    ],
    [
      'a route that matches all',
      { routes: [{ name: 'r' }] },
      "routes[1]: must set one of 'methods', 'hosts', 'headers', 'paths'",
    ],
    ['routes that are no list', { services: [{ ...service, routes: {} }] }, 'services[1].routes: expected an array'],
    [
      'an unknown service',
      { routes: [{ paths: ['/'], service: 'x' }] },
      "routes[1].service: invalid reference 'service: x' (no such entry in 'services')",
    ],
    [
      'a name twice',
      { services: [service, service] },
      "services[2]: uniqueness violation: 'services' entity with name set to 's' already declared",
    ],
    [
      'a nameless consumer',
      { consumers: [{ tags: ['x'] }] },
      'consumers[1]: at least one of these fields must be non-empty',
    ],
    [
      'a bad target',
      { upstreams: [{ name: 'u', targets: [{ target: 'a:b:c' }] }] },
      'upstreams[1].targets[1].target: Invalid target',
    ],
    ['an address as upstream', { upstreams: [{ name: '1.2.3.4' }] }, 'upstreams[1].name: Invalid name'],
    [
      'an unknown check',
      { upstreams: [{ name: 'u', healthchecks: { active: { intervall: 1 } } }] },
      'upstreams[1].healthchecks.active.intervall: unknown field',
    ],
    [
      'an unknown plugin',
      { plugins: [{ name: 'nope' }] },
      "plugins[1]: plugin 'nope' not enabled; add it to the 'plugins' configuration property",
    ],
    ['a missing field', plugin({}), 'plugins[1].config.label: required field missing'],
    ['an unknown config field', plugin({ label: 'a', x: 1 }), 'plugins[1].config.x: unknown field'],
    ['a wrong choice', plugin({ label: 'a', mode: 'x' }), 'plugins[1].config.mode: expected one of: strict, lax'],
    [
      'a value out of bounds',
      plugin({ label: 'a', limit: 11, list: ['a'] }),
      'plugins[1].config.limit: value should be between 1 and 10',
    ],
    ['a Lua pattern', plugin({ label: 'a1' }), 'plugins[1].config.label: invalid value: a1'],
    ['an empty text', plugin({ label: '' }), 'plugins[1].config.label: length must be at least 1'],
    [
      'a long element',
      plugin({ label: 'a', limit: 1, list: ['abcd'] }),
      'plugins[1].config.list[1]: length must be at most 3',
    ],
    [
      'a rule of two fields',
      plugin({ label: 'a', limit: 1 }),
      "plugins[1]: all or none of these fields must be set: 'config.limit', 'config.list'",
    ],
    [
      'a plugin of a consumer that may not',
      { consumers: [{ username: 'c', plugins: [{ name: 'echo', config: { label: 'a' } }] }] },
      'consumers[1].plugins[1].consumer: value must be null',
    ],
    [
      'a plugin twice',
      { plugins: [{ name: 'jwt' }, { name: 'jwt' }] },
      "plugins[2]: uniqueness violation: 'plugins' entity with primary key",
    ],
  ])('%s', (_, file, message) => {
    expect(complaints(file)).toContainEqual(expect.stringContaining(message));
  });

  it('reports all errors, not only the first', () => {
    expect(complaints({ services: [{ port: 'x' }], plugins: [{ name: 'nope' }] })).toHaveLength(3);
  });
});

describe('how Kong reads a file', () => {
  it('fills defaults, leaves unset fields out, fills required records only', () => {
    const { plugins: list } = read(plugin({ label: 'a', limit: null }));
    expect(list[0]?.config).toEqual({ label: 'a', mode: 'strict', nested: { depth: 3 }, implied: { x: 1 } });
  });

  it('takes a reference in place of a value that would not pass', () => {
    expect(complaints(plugin({ label: 'a', secret: '{vault://env/a-long-name}' }))).toEqual([]);
    expect(complaints(plugin({ label: 'a', secret: 'too long' }))).toHaveLength(1);
  });

  it('takes the short form of a service', () => {
    const { services } = read({ services: [{ url: 'https://example.test/base' }, { url: 'http://example.test:81' }] });
    expect(services).toMatchObject([
      { protocol: 'https', host: 'example.test', port: 443, path: '/base', read_timeout: 60000, retries: 5 },
      { protocol: 'http', host: 'example.test', port: 81 },
    ]);
  });

  it('ties what is nested to its parent, and names to ids', () => {
    const {
      services,
      routes,
      plugins: list,
      targets,
      keyauth_credentials: keys,
      acls,
    } = read({
      services: [{ ...service, routes: [{ name: 'r', paths: ['/'], plugins: [{ name: 'jwt' }] }] }],
      upstreams: [{ name: 'u', targets: [{ target: 'a:1' }] }],
      consumers: [{ username: 'c', keyauth_credentials: [{ key: 'k' }], acls: [{ group: 'g' }] }],
      plugins: [{ name: 'echo', service: 's', config: { label: 'a' } }],
    });
    const id = services[0]?.id;
    expect(routes[0]?.service).toEqual({ id });
    expect(list.map(({ name, route, service: bound }) => [name, route?.id, bound?.id])).toEqual([
      ['jwt', routes[0]?.id, undefined],
      ['echo', undefined, id],
    ]);
    expect(targets[0]).toMatchObject({ target: 'a:1', weight: 100 });
    expect([keys[0]?.key, acls[0]?.group]).toEqual(['k', 'g']);
  });

  it('derives the ids of named entities, and draws the others anew', () => {
    const file = {
      services: [
        { ...service, plugins: [{ name: 'jwt' }] },
        { host: 'x', plugins: [{ name: 'jwt' }] },
      ],
    };
    const [one, other] = [read(file), read(file)];
    // uuid v5 of "s" in the namespace of services, by resty.jit-uuid.
    expect(one.services[0]?.id).toBe(other.services[0]?.id);
    expect(one.plugins[0]?.id).toBe(other.plugins[0]?.id);
    expect(one.services[1]?.id).not.toBe(other.services[1]?.id);
    expect(one.plugins[1]?.id).not.toBe(other.plugins[1]?.id);
  });

  it('keeps text as its bytes', () => {
    expect(read({ consumers: [{ username: 'é' }] }).consumers[0]?.username).toBe('\xc3\xa9');
  });
});
