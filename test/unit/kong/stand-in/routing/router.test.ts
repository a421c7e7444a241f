import { readDeclarative } from '../../../../../kong/stand-in/config/declarative';
import { HeaderList } from '../../../../../kong/stand-in/nginx/header-list';
import { Router } from '../../../../../kong/stand-in/routing/router';

function routerOf(routes: readonly object[]): Router {
  const file = { _format_version: '3.0', services: [{ name: 's', host: 'upstream', routes }] };
  // The one pattern that must not match here is that of a route's header named host.
  const match = (_value: string, pattern: string) => !pattern.startsWith('^[Hh]');
  const { entities } = readDeclarative(JSON.stringify(file), new Map(), match, 0);
  return new Router(entities.routes, new Map(entities.services.map((service) => [service.id, service])));
}

interface Asked {
  target: string;
  method?: string;
  headers?: string[];
}

function routed(router: Router, { target, method = 'GET', headers = ['Host', 'a.test'] }: Asked): string | undefined {
  return router.route({ target, method, headers: HeaderList.fromRaw(headers), port: 8000 })?.route.name;
}

describe('Router precedence', () => {
  const router = routerOf([
    { name: 'root', paths: ['/'] },
    { name: 'short', paths: ['/mcp'] },
    { name: 'long', paths: ['/mcp/tools'] },
    { name: 'regex', paths: ['~/mcp/\\d+$'] },
    { name: 'regex-first', paths: ['~/mcp/1\\d*$'], regex_priority: 7 },
    { name: 'method', paths: ['/mcp'], methods: ['DELETE'] },
    { name: 'host', paths: ['/mcp'], hosts: ['b.test'] },
    { name: 'host-and-method', paths: ['/mcp'], hosts: ['b.test'], methods: ['DELETE'] },
    { name: 'wildcard', paths: ['/wild'], hosts: ['*.c.test'] },
    { name: 'plain', paths: ['/wild'], hosts: ['x.c.test'] },
    { name: 'header', paths: ['/head'], headers: { 'X-Tier': ['gold', 'silver'] } },
    { name: 'header-pattern', paths: ['/pattern'], headers: { 'X-Tier': ['~*^plat'] } },
    { name: 'many', paths: ['/one', '/longer/path', '~/many-\\w+'] },
  ]);

  it.each<[string, Asked, string]>([
    ['the only prefix', { target: '/other' }, 'root'],
    ['a longer prefix before a shorter one', { target: '/mcp/tools/list' }, 'long'],
    ['a prefix that ends inside a segment', { target: '/mcpx' }, 'short'],
    ['a regular expression before a prefix', { target: '/mcp/42' }, 'regex'],
    ['a higher regex_priority', { target: '/mcp/12' }, 'regex-first'],
    ['more conditions before a longer prefix', { target: '/mcp/tools', method: 'DELETE' }, 'method'],
    ['a host is a condition', { target: '/mcp/tools', headers: ['Host', 'b.test:8000'] }, 'host'],
    ['most conditions', { target: '/mcp', method: 'DELETE', headers: ['host', 'b.test'] }, 'host-and-method'],
    ['a plain host before a wildcard', { target: '/wild', headers: ['Host', 'x.c.test'] }, 'plain'],
    ['a wildcard host', { target: '/wild', headers: ['Host', 'y.c.test'] }, 'wildcard'],
    ['a header in any case', { target: '/head', headers: ['Host', 'a', 'x-tier', 'GOLD'] }, 'header'],
    ['one of a repeated header', { target: '/head', headers: ['x-tier', 'no', 'X-Tier', 'silver'] }, 'header'],
    ['a header pattern', { target: '/pattern', headers: ['X-Tier', 'Platinum'] }, 'header-pattern'],
    ['no route whose header is missing', { target: '/head' }, 'root'],
    ['each of several paths', { target: '/many-x' }, 'many'],
    ['the query does not matter', { target: '/mcp/42?x=/' }, 'regex'],
    ['a normalised path', { target: '/a/../mcp/./tools' }, 'long'],
    ['a decoded path', { target: '/%6dcp/tools' }, 'long'],
  ])('%s', (_, asked, name) => {
    expect(routed(router, asked)).toBe(name);
  });

  it('finds nothing where no route takes the request', () => {
    expect(routed(routerOf([{ name: 'only', paths: ['/only'] }]), { target: '/other' })).toBeUndefined();
  });
});

describe('Router match', () => {
  const router = routerOf([
    { name: 'strip', paths: ['/a'] },
    { name: 'keep', paths: ['/b'], strip_path: false },
    { name: 'captures', paths: ['~/c/(?<id>\\d+)/(x)'] },
  ]);
  const match = (target: string) => router.route({ target, method: 'GET', headers: HeaderList.fromRaw([]), port: 1 });

  it('gives the prefix only where the route strips it', () => {
    expect(match('/a/x')).toMatchObject({ prefix: '/a', path: '/a/x' });
    expect(match('/b/x')?.prefix).toBeUndefined();
  });

  it('gives what a regular expression captured', () => {
    expect(match('/c/12/x/y')).toMatchObject({ prefix: '/c/12/x', captures: { groups: { id: '12' } } });
  });
});
