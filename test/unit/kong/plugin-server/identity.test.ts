import { definePlugin } from '../../../../kong/pdk';
import { identityOf, scopeOf, type RawConfig } from '../../../../kong/plugin-server/identity';

const plugin = (name: string) =>
  definePlugin({ name, version: '1', priority: 1, onError: 'pass', fields: {}, prepare: () => undefined });

const base = { word: 'w', map: { a: 1, b: { c: [1, 2] } }, __key__: 'k', route_id: 'r' };

it.each<[string, RawConfig, boolean]>([
  ['the same config', { ...base }, true],
  [
    'other ids and numbers from Kong',
    { ...base, __seq__: 9, __plugin_id: 'p', __ws_id: 'w', plugin_instance_name: 'n' },
    true,
  ],
  ['another order', { route_id: 'r', __key__: 'k', map: { b: { c: [1, 2] }, a: 1 }, word: 'w' }, true],
  ['another key', { ...base, __key__: 'other' }, false],
  ['another scope', { ...base, route_id: 'other' }, false],
  ['another value', { ...base, word: 'v' }, false],
  ['another order of a list', { ...base, map: { a: 1, b: { c: [2, 1] } } }, false],
  [
    "a user's key with the name of a member that Kong adds",
    { ...base, map: { ...base.map, plugin_instance_name: 'n' } },
    false,
  ],
  ['a missing member', { __key__: 'k', word: 'w', route_id: 'r' }, false],
])('compares a config with %s', (_, raw, isSame) => {
  expect(identityOf(plugin('a'), raw) === identityOf(plugin('a'), base)).toBe(isSame);
});

it('differs between two plugins', () => {
  expect(identityOf(plugin('a'), base)).not.toBe(identityOf(plugin('b'), base));
});

it("uses the plugin's id if there is no key", () => {
  expect(identityOf(plugin('a'), { __plugin_id: '1' })).not.toBe(identityOf(plugin('a'), { __plugin_id: '2' }));
});

it('contains no text of the config, which may be secret', () => {
  expect(identityOf(plugin('a'), { ...base, password: 'hunter2' })).not.toContain('hunter2');
});

it('reads the scope, and ignores values that are not ids', () => {
  expect(scopeOf({ service_id: 's', route_id: 'r', consumer_id: 'c', x: 1 })).toEqual({
    serviceId: 's',
    routeId: 'r',
    consumerId: 'c',
  });
  expect(scopeOf({ service_id: null, route_id: 7 })).toEqual({});
});
