import fc from 'fast-check';
import { applyOverlay } from '../../../../kong/config/apply-overlay';

const base = {
  _format_version: '3.0',
  services: [
    {
      name: 'calc',
      url: 'http://calc',
      tags: ['mcp'],
      routes: [{ name: 'calc', paths: ['/calc'] }],
      plugins: [{ name: 'mcp-guard', config: { 'mcp-validator': { mode: 'enforce', paths: ['/a', '/b'] } } }],
    },
    { name: 'files', url: 'http://files', tags: ['mcp', 'internal'] },
    { name: 'llm', url: 'http://llm' },
  ],
  plugins: [{ name: 'cors' }, { name: 'acl', service: 'llm' }],
};

interface Entity {
  readonly name: string;
  readonly plugins?: readonly Entity[];
  readonly routes?: readonly Entity[];
}
type File = Record<'services' | 'plugins', readonly Entity[]>;

const applied = (overlay: unknown): File => {
  const result = applyOverlay(base, overlay);
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  return result.value as unknown as File;
};
const problems = (overlay: unknown): string[] => {
  const result = applyOverlay(base, overlay);
  return 'findings' in result
    ? result.findings.map(({ path, problem, fix }) => `${path.join('.')}: ${problem}. ${fix}`)
    : [];
};

describe('an overlay', () => {
  it('merges an entity of the same name key by key, and replaces lists that have no names', () => {
    const config = { 'mcp-validator': { paths: ['/c'], max_depth: 3 } };
    const { services } = applied({ services: [{ name: 'calc', plugins: [{ name: 'mcp-guard', config }] }] });
    expect(services[0]!.plugins).toEqual([
      { name: 'mcp-guard', config: { 'mcp-validator': { mode: 'enforce', paths: ['/c'], max_depth: 3 } } },
    ]);
    expect(services[0]!.routes).toEqual(base.services[0]!.routes);
    expect(services).toHaveLength(3);
  });

  it('adds an entity with a new name, and keeps the order of the others', () => {
    const { plugins } = applied({ plugins: [{ name: 'bot-detection', config: {} }] });
    expect(plugins.map(({ name }) => name)).toEqual(['cors', 'acl', 'bot-detection']);
  });

  it('takes a plugin of another service for another plugin', () => {
    const { plugins } = applied({ plugins: [{ name: 'acl', service: 'calc' }] });
    expect(plugins).toHaveLength(3);
  });

  it('removes a key with null, and an entity with $action: remove', () => {
    const { services, plugins } = applied({
      services: [
        { name: 'calc', tags: null },
        { name: 'llm', $action: 'remove' },
      ],
      plugins: [{ name: 'cors', $action: 'remove' }],
    });
    expect(services.map(({ name }) => name)).toEqual(['calc', 'files']);
    expect(services[0]).not.toHaveProperty('tags');
    expect(plugins).toHaveLength(1);
  });

  it('replaces an entity whole with $action: replace', () => {
    const { services } = applied({ services: [{ name: 'calc', $action: 'replace', url: 'http://other' }] });
    expect(services[0]).toEqual({ name: 'calc', tags: ['mcp'], url: 'http://other' });
  });

  it('changes every entity that has all of the tags', () => {
    const { services } = applied({ services: [{ $tags: ['mcp'], plugins: [{ name: 'key-auth' }] }] });
    const named = services.map(({ plugins = [] }) => plugins.map(({ name }) => name));
    expect(named).toEqual([['mcp-guard', 'key-auth'], ['key-auth'], []]);
  });

  it('never merges the config of a plugin by the names in its lists', () => {
    const withLists = { plugins: [{ name: 'a', config: { routes: [{ name: 'x', y: 1 }] } }] };
    const result = applyOverlay(withLists, { plugins: [{ name: 'a', config: { routes: [{ name: 'x', z: 2 }] } }] });
    expect(result).toEqual({ value: { plugins: [{ name: 'a', config: { routes: [{ name: 'x', z: 2 }] } }] } });
  });

  it('keeps a key named __proto__ as a key', () => {
    const result = applyOverlay(base, {
      plugins: [{ name: 'a', config: JSON.parse('{"__proto__": {"polluted": 1}}') as object }],
    });
    expect(JSON.stringify(result)).toContain('"__proto__":{"polluted":1}');
    expect({}).not.toHaveProperty('polluted');
  });
});

it.each<[string, unknown, string]>([
  [
    'a service that is not there',
    { services: [{ name: 'calk', plugins: [] }] },
    'services.0: the base has no service calk. did you mean calc?',
  ],
  [
    'a service that is nothing like another',
    { services: [{ name: 'a-new-one' }] },
    'services.0: the base has no service a-new-one. correct the name, or add url or host to make a new one',
  ],
  [
    'a removal of nothing',
    { plugins: [{ name: 'jwt', $action: 'remove' }] },
    'plugins.0: the base has no plugin jwt. correct the name; the base has cors, acl',
  ],
  [
    'tags that no entity has',
    { services: [{ $tags: ['mpc'] }] },
    'services.0: no entity has the tags mpc. correct the tags, or remove this',
  ],
  [
    'an unknown action',
    { services: [{ name: 'calc', $action: 'delete' }] },
    'services.0: $action is not one of merge, change, replace, remove. use one of these',
  ],
  ['an entity without name', { services: [{ url: 'http://x' }] }, 'services.0: the entity has no name. add name'],
  [
    'the same entity twice',
    { services: [{ name: 'calc' }, { name: 'calc' }] },
    'services.1: the overlay contains service calc twice. join both',
  ],
  [
    'a map in place of a list',
    { services: { calc: {} } },
    'services: expected a list of entities. write a list; an entity is removed with $action: remove',
  ],
  [
    'a fault deep inside',
    { services: [{ name: 'calc', routes: [{ name: 'nope' }] }] },
    'services.0.routes.0: the base has no route nope. correct the name, or add paths or hosts to make a new one',
  ],
  ['a text in place of an overlay', 'text', ': expected a map. write the part of a declarative file that changes'],
])('rejects %s, and says what to do', (_, overlay, problem) => {
  expect(problems(overlay)).toEqual([problem]);
});

const name = fc.constantFrom('calc', 'files', 'llm');
const overlays = fc.record({
  services: fc.uniqueArray(fc.record({ name, retries: fc.nat(), tags: fc.array(fc.constantFrom('a', 'b')) }), {
    selector: (service) => service.name,
  }),
});

it('gives the same result when it is applied twice', () => {
  fc.assert(
    fc.property(overlays, (overlay) => {
      const once = applied(overlay);
      expect(applyOverlay(once, overlay)).toEqual({ value: once });
    }),
  );
});

it('changes nothing when it is empty, and never changes its input', () => {
  const before = JSON.stringify(base);
  expect(applied({})).toEqual(base);
  applied({ services: [{ name: 'calc', tags: null }] });
  expect(JSON.stringify(base)).toBe(before);
});
