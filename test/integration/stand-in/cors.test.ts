import { echoed } from '../../../kong/testkit/upstream';
import { routed } from '../../support/routed';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { ${routed('one-origin', url)}, plugins: [{ name: cors, config: { origins: ["http://a.test"], exposed_headers: [Mcp-Session-Id], headers: [Content-Type], methods: [GET, POST], max_age: 60, credentials: true } }] }
- { ${routed('origins', url)}, plugins: [{ name: cors, config: { origins: ["http://a.test", "b\\\\.test", "https?://[a-z]+\\\\.c\\\\.test"] } }] }
- { ${routed('any-origin', url)}, plugins: [{ name: cors, config: { credentials: true } }] }
`,
);

describe('cors', () => {
  const preflight = { Origin: 'http://a.test', 'Access-Control-Request-Method': 'POST' };

  it('responds to a preflight request itself', async () => {
    const { status, headers, body } = await proxy.ask('/one-origin', preflight, 'OPTIONS');
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://a.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'Content-Type',
      'access-control-allow-methods': 'GET,POST',
      'access-control-max-age': '60',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-expose-headers');
  });

  it('forwards an OPTIONS request that is not a preflight request', async () => {
    expect(echoed(await proxy.ask('/one-origin', { Origin: 'http://a.test' }, 'OPTIONS')).method).toBe('OPTIONS');
  });

  it('adds its headers to a response', async () => {
    const { headers } = await proxy.ask('/one-origin', { Origin: 'http://evil.test' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://a.test',
      'access-control-expose-headers': 'Mcp-Session-Id',
    });
  });

  it.each([
    ['http://a.test', 'http://a.test'],
    ['http://a.test:80', 'http://a.test'],
    ['https://b.test', 'https://b.test'],
    ['https://x.c.test', 'https://x.c.test'],
    ['https://x.c.test.evil', undefined],
    ['http://evil.test', undefined],
  ])('of several origins allows %s as %s', async (origin, allowed) => {
    const { headers } = await proxy.ask('/origins', { Origin: origin });
    expect([headers['access-control-allow-origin'], headers.vary]).toEqual([allowed, 'Origin']);
  });

  it('returns the origin if any is allowed with credentials', async () => {
    const { headers } = await proxy.ask('/any-origin', { Origin: 'http://x.test' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://x.test',
      'access-control-allow-credentials': 'true',
    });
  });
});
