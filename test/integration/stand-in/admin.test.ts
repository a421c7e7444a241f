import { KONG_VERSION } from '../../../kong/stand-in/kong-version';
import { send } from '../../../kong/testkit/http';
import { routed } from '../../support/routed';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { ${routed('key', url)} }
`,
);

describe('the Admin API', () => {
  it('serves entities and rejects changes', async () => {
    const { body } = await send(`${proxy.gateway.adminUrl}/services/key/routes`);
    expect(JSON.parse(body.toString())).toMatchObject({ data: [{ name: 'key', paths: ['/key'] }] });
    expect((await send(`${proxy.gateway.adminUrl}/services`, { method: 'POST' })).status).toBe(405);
    expect((await send(`${proxy.gateway.adminUrl}/services/none`)).status).toBe(404);
    expect(JSON.parse((await send(`${proxy.gateway.adminUrl}/`)).body.toString())).toMatchObject({
      version: KONG_VERSION,
    });
  });

  it('has a status listener beside it', async () => {
    expect((await send(`${proxy.gateway.statusUrl}/status/ready`)).status).toBe(200);
    expect(JSON.parse((await send(`${proxy.gateway.statusUrl}/status`)).body.toString())).toHaveProperty(
      'server.total_requests',
    );
  });
});

it('reloads, and keeps the previous configuration if the new one is invalid', async () => {
  await expect(proxy.gateway.reload('_format_version: "3.0"\nservices: [{ name: x }]')).rejects.toThrow(
    'services[1].host: required field missing',
  );
  expect((await proxy.call('/key')).status).toBe(200);
  await proxy.gateway.reload('_format_version: "3.0"\n');
  expect((await proxy.call('/key')).status).toBe(404);
});
