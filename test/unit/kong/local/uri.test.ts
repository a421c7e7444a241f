import * as fc from 'fast-check';
import { escapePath, normalizePath, upstreamPath } from '../../../../kong/local/uri';

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
