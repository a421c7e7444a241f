import { fromLuaPattern } from '../../../../kong/check/lua-pattern';
import type { Field } from '../../../../kong/pdk';
import { plugins } from '../../../../plugins';

it.each<[string, readonly string[], readonly string[]]>([
  ['^[%w%._:%-]+$', ['a.b_c:d-9', 'x'], ['', 'a b', 'ä', 'a/b']],
  ['^%d%d?$', ['1', '12'], ['', '123', 'a']],
  ['^[^%s]+$', ['a-b'], ['a b', '']],
  ['a.c', ['abc', 'xa\ncx'], ['ac']],
  ['^%u+$', ['GET'], ['get', 'GET ']],
  ['x%.y', ['x.y'], ['xzy']],
  ['^%W$', ['-'], ['a']],
  ['^[a-c%x]*$', ['abcF0', ''], ['g']],
  ['^a+$b', ['a$b'.replace('a', 'aa')], ['ab']],
])('matches the same texts as Lua with the pattern %j', (pattern, matching, others) => {
  const expression = fromLuaPattern(pattern);
  for (const text of matching) expect([text, expression.test(text)]).toEqual([text, true]);
  for (const text of others) expect([text, expression.test(text)]).toEqual([text, false]);
});

it.each(['%b()', '%f[%w]', '(a)', 'a-', '%', '[a', '[%W]'])('does not support the Lua pattern %j', (pattern) => {
  expect(() => fromLuaPattern(pattern)).toThrow('unsupported Lua pattern');
});

it('supports every pattern that a field of the suite declares', () => {
  const patterns: string[] = [];
  const collect = (field: Field): void => {
    const { match } = field.attributes as { readonly match?: string };
    if (match !== undefined) patterns.push(match);
    for (const inner of [field.elements, field.values, ...Object.values(field.fields ?? {})]) if (inner) collect(inner);
  };
  for (const plugin of plugins) for (const field of Object.values(plugin.fields)) collect(field);
  expect(patterns.length).toBeGreaterThan(0);
  for (const pattern of patterns) expect(fromLuaPattern(pattern)).toBeInstanceOf(RegExp);
});
