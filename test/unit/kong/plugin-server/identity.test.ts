import { definePlugin } from '../../../../kong/pdk';
import { identityOf, scopeOf, type RawConfig } from '../../../../kong/plugin-server/identity';

const plugin = (name: string) =>
  definePlugin({ name, version: '1', priority: 1, onError: 'pass', fields: {}, prepare: () => undefined });

const base = { word: 'w', map: { a: 1, b: { c: [1, 2] } }, __key__: 'k', route_id: 'r' };

it.each<[string, RawConfig, boolean]>([
  ['the same', { ...base }, true],
  ['numbers that Kong gives', { ...base, __seq__: 9, __plugin_id: 'p', __ws_id: 'w', plugin_instance_name: 'n' }, true],
  ['another order', { route_id: 'r', __key__: 'k', map: { b: { c: [1, 2] }, a: 1 }, word: 'w' }, true],
  ['another place', { ...base, __key__: 'other' }, false],
  ['another scope', { ...base, route_id: 'other' }, false],
  ['another value', { ...base, word: 'v' }, false],
  ['another order of a list', { ...base, map: { a: 1, b: { c: [2, 1] } } }, false],
  ["a key of the user's that is a word of Kong's", { ...base, map: { ...base.map, plugin_instance_name: 'n' } }, false],
  ['a member less', { __key__: 'k', word: 'w', route_id: 'r' }, false],
])('%s', (_, raw, isSame) => {
  expect(identityOf(plugin('a'), raw) === identityOf(plugin('a'), base)).toBe(isSame);
});

it('two plugins never share', () => {
  expect(identityOf(plugin('a'), base)).not.toBe(identityOf(plugin('b'), base));
});

it("without a key the plugin's id is the place", () => {
  expect(identityOf(plugin('a'), { __plugin_id: '1' })).not.toBe(identityOf(plugin('a'), { __plugin_id: '2' }));
});

it('holds nothing of the content, which may be secret', () => {
  expect(identityOf(plugin('a'), { ...base, password: 'hunter2' })).not.toContain('hunter2');
});

it('reads the scope, and nothing that is no id', () => {
  expect(scopeOf({ service_id: 's', route_id: 'r', consumer_id: 'c', x: 1 })).toEqual({
    serviceId: 's',
    routeId: 'r',
    consumerId: 'c',
  });
  expect(scopeOf({ service_id: null, route_id: 7 })).toEqual({});
});
