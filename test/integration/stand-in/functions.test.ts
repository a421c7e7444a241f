import { valuesOf } from '../../../kong/testkit/http';
import { routed } from '../../support/routed';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { ${routed('lua', url)}, plugins: [{ name: pre-function, config: { access: ["if kong.request.get_header('x-do') == 'exit' then return kong.response.exit(409, { message = 'lua' }, { ['X-Lua'] = '1' }) end if kong.request.get_header('x-do') == 'raise' then error('bad') end if kong.request.get_header('x-do') == 'nginx' then ngx.exit(tonumber(kong.request.get_header('x-status'))) end kong.service.request.set_header('X-Size', #kong.request.get_raw_body())"], header_filter: ["if kong.request.get_header('x-do') == 'filter-raise' then error('bad') end if kong.request.get_header('x-do') == 'filter-exit' then kong.response.exit(418, { message = 'tea' }) end", "kong.response.set_header('X-Status', kong.response.get_status()) kong.response.clear_header('Content-Length')"], body_filter: ["if ngx.arg[2] then ngx.arg[1] = (ngx.arg[1] or '') .. '\\\\n-- end' end"] } }, { name: post-function, config: { access: ["kong.service.request.set_header('X-Post', tostring(kong.ctx.shared.none))"] } }] }
`,
);

describe('pre- and post-function', () => {
  it('read the request and change both messages', async () => {
    const answer = await proxy.ask('/lua', {}, 'POST', Buffer.alloc(7));
    const [json = '', end] = answer.body.toString().split('\n');
    const { headers } = JSON.parse(json) as { headers: string[] };
    expect([valuesOf(headers, 'x-size'), valuesOf(headers, 'x-post'), end, answer.headers['x-status']]).toEqual([
      ['7'],
      ['nil'],
      '-- end',
      '200',
    ]);
  });

  it('end a request, and its filters still run', async () => {
    const { status, headers, body } = await proxy.ask('/lua', { 'X-Do': 'exit' });
    expect([status, headers['x-lua'], headers['x-status'], body.toString()]).toEqual([
      409,
      '1',
      '409',
      '{"message":"lua"}\n-- end',
    ]);
  });

  it('replace the response of the upstream in a header filter', async () => {
    const { status, headers, body } = await proxy.ask('/lua', { 'X-Do': 'filter-exit' });
    expect([status, headers['content-type'], headers['x-status'], body.toString()]).toEqual([
      418,
      'application/json; charset=utf-8',
      '418',
      '{"message":"tea"}\n-- end',
    ]);
  });

  it('close the connection when a header filter raises an error, like nginx', async () => {
    await expect(proxy.ask('/lua', { 'X-Do': 'filter-raise' })).rejects.toThrow('socket hang up');
  });

  it.each([
    ['403', 'text/html; charset=UTF-8', '<title>403 Forbidden</title>'],
    ['404', 'text/plain; charset=utf-8', 'Not found\nrequest_id: '],
  ])('leave with %s by ngx.exit', async (status, type, text) => {
    const answer = await proxy.ask('/lua', { 'X-Do': 'nginx', 'X-Status': status });
    expect([answer.status, answer.headers['content-type']]).toEqual([Number(status), type]);
    expect(answer.body.toString()).toContain(text);
  });

  it('respond with 500 when they raise an error', async () => {
    const { status, body } = await proxy.ask('/lua', { 'X-Do': 'raise' });
    expect([status, body.toString()]).toEqual([500, expect.stringContaining('An unexpected error occurred')]);
  });
});
