import type { PluginEntity, Route, Service } from '../../../../../kong/stand-in/config/model';
import type { PluginHandler } from '../../../../../kong/stand-in/request/plugin-handler';
import { PluginsIterator } from '../../../../../kong/stand-in/request/plugins-iterator';

const handler = (name: string, priority: number): [string, PluginHandler] => [name, { name, priority, version: '1' }];
const handlers = new Map([handler('low', 1), handler('high', 9), handler('a-same', 5), handler('b-same', 5)]);
const plugin = (name: string, label: string, scope: Partial<PluginEntity> = {}): PluginEntity =>
  ({ id: label, name, config: { label }, enabled: true, protocols: ['http'], ...scope }) as PluginEntity;

const route = { id: 'r' };
const service = { id: 's' };
const consumer = { id: 'c' };
let sequence = 0;
const iteratorOf = (...plugins: PluginEntity[]) => new PluginsIterator(plugins, handlers, () => ++sequence);
const labels = (iterator: PluginsIterator, consumerId?: string): unknown[] =>
  [...iterator.collect(route as Route, service as Service, () => consumerId)].map(({ config }) => config['label']);

it('runs higher priorities first, equal ones by name backwards', () => {
  const iterator = iteratorOf(plugin('low', '1'), plugin('a-same', '2'), plugin('high', '3'), plugin('b-same', '4'));
  expect(labels(iterator)).toEqual(['3', '4', '2', '1']);
});

it('leaves out what is disabled, bound elsewhere or not known', () => {
  const iterator = iteratorOf(
    plugin('low', 'off', { enabled: false }),
    plugin('high', 'elsewhere', { route: { id: 'other' } }),
    plugin('unknown', 'unknown'),
  );
  expect(labels(iterator, 'c')).toEqual([]);
});

// From the most specific to the least (plugins_iterator.lua, lookup_cfg).
const scopes: Partial<PluginEntity>[] = [
  { route, service, consumer },
  { route, consumer },
  { service, consumer },
  { route, service },
  { consumer },
  { route },
  { service },
  {},
];

it.each(scopes.map((_, index) => index))('of several configurations takes the most specific: from %i', (index) => {
  const plugins = scopes.slice(index).map((scope, offset) => plugin('low', String(index + offset), scope));
  expect(labels(iteratorOf(...plugins.toReversed()), 'c')).toEqual([String(index)]);
});

it('asks for the consumer anew for each plugin: one that authenticates counts for the next', () => {
  const iterator = iteratorOf(plugin('high', 'auth'), plugin('low', 'anyone'), plugin('low', 'own', { consumer }));
  const found: unknown[] = [];
  let id: string | undefined;
  for (const { config } of iterator.collect(route as Route, service as Service, () => id)) {
    found.push(config['label']);
    id = 'c';
  }
  expect(found).toEqual(['auth', 'own']);
});

it('gives global plugins alone where there is no route', () => {
  const iterator = iteratorOf(plugin('low', 'global'), plugin('high', 'bound', { service }));
  expect(iterator.globals().map(({ config }) => config['label'])).toEqual(['global']);
});

it("adds what plugin servers go by to a configuration, as Kong's iterator does", () => {
  const [run] = [
    ...iteratorOf(plugin('low', 'x', { service })).collect(route as Route, service as Service, () => undefined),
  ];
  expect(run?.config).toEqual({
    label: 'x',
    service_id: 's',
    __plugin_id: 'x',
    __ws_id: '0dc6f45b-8f8d-40d2-a504-473544ee190b',
    __key__: 'plugins:low::s:::0dc6f45b-8f8d-40d2-a504-473544ee190b',
    __seq__: sequence,
  });
});
