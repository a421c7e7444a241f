import * as fc from 'fast-check';
import {
  escapePath,
  isReadablePath,
  normalizePath,
  readTarget,
  upstreamPath,
} from '../../../../../kong/stand-in/routing/uri';

describe('normalizePath', () => {
  it.each([
    ['/', '/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../a', '/a'],
    ['/a//b', '/a/b'],
    ['/a/..', '/'],
    ['/%41%2f%7e', '/A%2F~'],
    ['/%20', '/ '],
  ])('%s is %s', (path, normal) => {
    expect(normalizePath(path)).toBe(normal);
  });

  it('leaves no dot segment behind', () => {
    const segment = fc.constantFrom('.', '..', '', 'a', '%2e', '%2E%2e', 'b.c');
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        expect(normalizePath(`/${segments.join('/')}`)).not.toMatch(/\/\.\.?(?:\/|$)/);
      }),
    );
  });
});

describe('readTarget', () => {
  it.each([
    ['/a?b', '/a?b', undefined],
    ['//x/a', '//x/a', undefined],
    ['http://x/a?b', '/a?b', 'x'],
    ['HTTPS://X.test:99/a', '/a', 'X.test'],
    ['http://[::1]:8000/a', '/a', '[::1]'],
    ['http://x', '/', 'x'],
    ['http://x?y', '/?y', 'x'],
    ['http://u@x/a', 'http://u@x/a', undefined],
    ['http:///a', 'http:///a', undefined],
    ['*', '*', undefined],
  ])('%s is %s at %s', (target, path, host) => {
    expect(readTarget(target)).toEqual({ path, host });
  });
});

describe('isReadablePath', () => {
  it.each(['/', '/a/../b', '/a/b/../..', '/%2e', '/a/%2E%2e', '/a?%zz', '/a?../../..', '/a#%zz', '//a', '/a/..b'])(
    '%s is',
    (path) => {
      expect(isReadablePath(path)).toBe(true);
    },
  );

  it.each([
    '',
    '*',
    'a',
    'http:///a',
    '/%zz',
    '/a%',
    '/a%0',
    '/%00',
    '/..',
    '/a/../../b',
    '/%2e%2e/a',
    '/a/%2f..%2f..',
  ])('%s is not', (path) => {
    expect(isReadablePath(path)).toBe(false);
  });
});

describe('upstreamPath', () => {
  // base, request path, what the route matched, whether it strips, expected (router/utils.lua, get_upstream_uri_v0)
  it.each<[string, string, string | undefined, boolean, string]>([
    ['/', '/mcp', '/mcp', true, '/'],
    ['/', '/mcp/tools', '/mcp', true, '/tools'],
    ['/', '/mcptools', '/mcp', true, '/tools'],
    ['/base', '/mcp', '/mcp', true, '/base'],
    ['/base', '/mcp/', '/mcp/', true, '/base/'],
    ['/base', '/mcp/x', '/mcp', true, '/base/x'],
    ['/base', '/mcpx', '/mcp', true, '/base/x'],
    ['/base/', '/mcp/x', '/mcp', true, '/base/x'],
    ['/base/', '/mcp', '/mcp', true, '/base'],
    ['/base', '/mcp/x', undefined, false, '/base/mcp/x'],
    ['/base/', '/mcp/x', undefined, false, '/base/mcp/x'],
    ['/base', '/', undefined, false, '/base'],
    ['/', '/mcp/../x', '/mcp/', true, '/x'],
  ])('%s + %s', (base, path, prefix, strip, expected) => {
    expect(upstreamPath(base, path, prefix, strip)).toBe(expected);
  });
});

it('escapePath escapes what would break a request line, and nothing else', () => {
  expect(escapePath('/a b\n\xe9/%20?x=(1)')).toBe('/a%20b%0A%E9/%20?x=(1)');
});
