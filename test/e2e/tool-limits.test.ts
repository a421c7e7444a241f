import { gateway, postMcp, toolCall, total } from './gateway';

/** Equal to kong.yml. No other test calls this tool of this server. */
const LIMIT = 5;
/** A tool result: every client accepts it, and every model can read it. */
const rejected = {
  isError: true,
  content: [
    { type: 'text', text: expect.stringMatching(/^Rate limit exceeded: at most 5 in 60 seconds; /) as unknown },
  ],
};
const countdown = (id: string) => postMcp('go-calculator', toolCall('countdown', { steps: 1, intervalMs: 0 }, id));

it('counts every call of a batch, and accepts all of them or none', async () => {
  const batch = Array.from({ length: LIMIT + 1 }, (_, id) => toolCall('countdown', { steps: 1, intervalMs: 0 }, id));
  const response = await postMcp('go-calculator', batch, { 'MCP-Protocol-Version': '2025-03-26' });
  expect(await response.json()).toEqual(batch.map((_, id) => ({ jsonrpc: '2.0', id, result: rejected })));
});

it('rejects the call over the limit of a tool with its id, while other tools still work', async () => {
  const rejections = () =>
    total(gateway.pluginServerUrl, 'mcp_tool_rate_limit_decisions_total', '"go-calculator"', '"rejected"');
  const before = await rejections();
  let response = await countdown('call-0');
  // A previous run may have used some of the limit.
  for (let call = 1; call <= LIMIT && !response.headers.has('retry-after'); call++) {
    response = await countdown(`call-${call}`);
  }
  expect(response.status).toBe(200);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(response.headers.get('ratelimit-limit')).toBe(String(LIMIT));
  expect(response.headers.get('ratelimit-remaining')).toBe('0');
  expect(await response.json()).toMatchObject({
    jsonrpc: '2.0',
    id: expect.stringMatching(/^call-\d$/) as unknown,
    result: rejected,
  });
  expect(await rejections()).toBeGreaterThan(before);

  const other = await postMcp('go-calculator', toolCall('add', { a: 5, b: 3 }));
  expect(await other.json()).toMatchObject({ result: { content: [{ text: '8' }] } });
});
