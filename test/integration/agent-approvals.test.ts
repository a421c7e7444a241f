import { at, recordsIn } from '../support/agent-answer';
import { startAgentHost, tool, type AgentHost, type AskOptions } from '../support/agent-host';
import { APIS, type ApiPath } from '../support/model-streams';

let host: AgentHost;
const start = async (config: object = {}): Promise<AgentHost> => {
  host = await startAgentHost({ audit_log: 'all', ...config });
  host.lists['/one'] = [tool('add'), tool('read', { annotations: { readOnlyHint: true } }), tool('write')];
  host.tool = ({ a }, name) => ({ content: [{ type: 'text', text: `${name} ${String(a)}` }] });
  return host;
};
afterEach(async () => {
  await host.close();
});

const GUARDED = { servers: [{ name: 'one', path: '/one', allow: ['*'], require_approval: ['wr*'] }] };
const UNTRUSTED = { servers: [{ name: 'one', path: '/one', allow: ['*'], untrusted: true }] };
const call = (name: string, id = 'c1', a = 1) => ({ id, name, args: JSON.stringify({ a }) });
type Item = Readonly<Record<string, unknown>>;

/** The items of an answer of `/v1/responses`, or the status and the message of a rejection. */
async function respond(
  input: unknown,
  options: AskOptions & { stream?: boolean } = {},
): Promise<{ status: number; items: Item[]; message: unknown }> {
  const { stream = false, ...rest } = options;
  const response = await host.ask('/v1/responses', { model: 'm', stream, input }, rest);
  const text = await response.text();
  if (!response.ok) return { status: response.status, items: [], message: at(JSON.parse(text), 'error', 'message') };
  const document = stream ? at(recordsIn('/v1/responses', text).at(-1), 'response') : (JSON.parse(text) as unknown);
  return { status: 200, items: at(document, 'output') as Item[], message: undefined };
}

/** Asks for something that needs an approval; the item that asks for it. */
async function requestApproval(options: AskOptions = {}): Promise<Item> {
  host.model = [{ text: 'I want to write.', calls: [call('write')] }, { text: 'Done.' }];
  const { items } = await respond('Hi', options);
  const item = items.find(({ type }) => type === 'mcp_approval_request');
  if (!item) throw new Error('no approval was asked for');
  return item;
}

const answer = (id: unknown, approve = true, rest: object = {}): Item => ({
  type: 'mcp_approval_response',
  approval_request_id: id,
  approve,
  ...rest,
});

describe('/v1/responses', () => {
  it.each([false, true])('asks for an approval and makes the call after it, streamed: %s', async (stream) => {
    await start(GUARDED);
    host.model = [{ text: 'I want to write.', calls: [call('write')] }, { text: 'Done.' }];
    const asked = await respond('Hi', { stream });
    expect(asked.items).toMatchObject([
      { type: 'message' },
      { type: 'mcp_approval_request', server_label: 'one', name: 'write', arguments: '{"a":1}' },
    ]);
    expect(host.toolRequests).toEqual([]);
    expect(await host.valueOf('llm_agent_runs_total{agent="test",outcome="approval"}')).toBe(1);

    const id = asked.items[1]?.['id'];
    const history = [{ role: 'user', content: 'Hi' }, ...asked.items, answer(id)];
    const done = await respond(history, { stream });
    expect(done.items).toMatchObject([
      { type: 'mcp_call', name: 'write', output: 'write 1', status: 'completed', approval_request_id: id },
      { type: 'message' },
    ]);
    expect(host.toolRequests.map(({ body }) => at(body, 'params', 'arguments'))).toEqual([{ a: 1 }]);
    expect(host.modelRequests.at(-1)?.body['input']).toMatchObject([
      { role: 'user' },
      { type: 'message' },
      { type: 'function_call', call_id: 'c1', name: 'write', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'write 1' },
    ]);
    const line = host.lines.find(({ message }) => message === 'tool called');
    expect(line?.fields).toMatchObject({ tool: 'write', approved_by: 'anonymous' });

    // A client that sends all of the history again: the call is history, and not made again.
    await respond([...history, ...done.items, { role: 'user', content: 'Thanks' }], { stream });
    expect(host.toolRequests).toHaveLength(1);
    // Without the call in the history, the approval was used.
    expect(await respond(history)).toMatchObject({ status: 400, message: expect.stringMatching(/was used/) as string });
    expect(host.toolRequests).toHaveLength(1);
  });

  it('begins a stream with the head of the response, before the approved call', async () => {
    await start(GUARDED);
    const { id } = await requestApproval();
    const response = await host.ask('/v1/responses', { model: 'm', stream: true, input: [answer(id)] });
    const records = recordsIn('/v1/responses', await response.text());
    const types = records.map((record) => at(record, 'type'));
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.output_item.added']);
    expect(at(records[1], 'item', 'type')).toBe('mcp_call');
    expect(records.map((record) => at(record, 'sequence_number'))).toEqual(records.map((_, place) => place));
  });

  it('tells the model that the user rejects a call', async () => {
    await start(GUARDED);
    const { id } = await requestApproval();
    const { items } = await respond([answer(id, false, { reason: 'Too risky' })]);
    expect(host.toolRequests).toEqual([]);
    expect(items[0]).toMatchObject({ type: 'mcp_call', status: 'failed', approval_request_id: id });
    expect(at(host.modelRequests.at(-1)?.body, 'input', 1, 'output')).toMatch(/did not approve.*Too risky/);
  });

  it('lets all calls of a turn wait if one of them needs an approval', async () => {
    await start(GUARDED);
    host.model = [{ calls: [call('add', 'c1'), call('write', 'c2', 2)] }, { text: 'Done.' }];
    const { items } = await respond('Hi');
    expect(items.map(({ type, name }) => [type, name])).toEqual([
      ['mcp_approval_request', 'add'],
      ['mcp_approval_request', 'write'],
    ]);
    expect(host.toolRequests).toEqual([]);
    await respond([answer(items[0]?.['id']), answer(items[1]?.['id'], false)]);
    expect(host.toolRequests.map(({ body }) => at(body, 'params', 'name'))).toEqual(['add']);
  });

  it('sends no call again to a provider that keeps the history', async () => {
    await start(GUARDED);
    const { id } = await requestApproval();
    await host.ask('/v1/responses', { model: 'm', previous_response_id: 'resp_1', input: [answer(id)] });
    expect(host.modelRequests.at(-1)?.body['input']).toEqual([
      { type: 'function_call_output', call_id: 'c1', output: 'write 1' },
    ]);
  });

  it('tells SDKs not to repeat a request whose approved call was made', async () => {
    await start(GUARDED);
    const { id } = await requestApproval();
    host.model = [(_request, response) => response.writeHead(429).end('{"error":"slow down"}')];
    const response = await host.ask('/v1/responses', { model: 'm', input: [answer(id)] });
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([429, 'false']);
    expect(host.toolRequests).toHaveLength(1);
  });

  it('keeps an approval whose call could not be made', async () => {
    await start({ ...GUARDED, list_ttl: 0 });
    const { id } = await requestApproval();
    const lists = host.lists['/one'];
    host.failsLists = true;
    expect((await respond([answer(id)])).status).toBe(502);
    host.failsLists = false;
    host.lists['/one'] = lists ?? [];
    expect((await respond([answer(id)])).status).toBe(200);
    expect(host.toolRequests).toHaveLength(1);
  });

  const consumer = (id: string) => ({ id, username: id, customId: '', tags: [] });
  const ann = { consumer: consumer('ann'), headers: { apikey: 'a' } };
  it.each<[string, (id: string) => unknown, AskOptions]>([
    ['an unknown id', () => [answer('mcpr_1')], ann],
    ['a changed id', (id) => [answer(id.replace(/.{3}$/, 'AAA'))], ann],
    ['changed arguments', (id) => [answer(`mcpr_${changed(id)}`)], ann],
    ['another consumer', (id) => [answer(id)], { consumer: consumer('bob'), headers: { apikey: 'a' } }],
    ['another credential', (id) => [answer(id)], { consumer: consumer('ann'), headers: { apikey: 'b' } }],
    ['the same approval twice', (id) => [answer(id), answer(id)], ann],
    ['no id', () => [answer(undefined)], ann],
  ])('rejects %s', async (_what, input, options) => {
    await start(GUARDED);
    const { id } = await requestApproval(ann);
    expect((await respond(input(String(id)), options)).status).toBe(400);
    expect(host.toolRequests).toEqual([]);
  });
});

/** The id with other arguments and the old MAC. */
function changed(id: string): string {
  const [payload = '', mac = ''] = id.slice('mcpr_'.length).split('.');
  const other = Buffer.from(payload, 'base64url').toString().replace('\\"a\\":1', '\\"a\\":2');
  expect(other).not.toBe(Buffer.from(payload, 'base64url').toString());
  return `${Buffer.from(other).toString('base64url')}.${mac}`;
}

describe.each(APIS.filter((api) => api !== '/v1/responses'))('%s has no words for approvals', (api: ApiPath) => {
  it('so the model is told', async () => {
    await start(GUARDED);
    host.model = [{ calls: [call('write')] }, { text: 'I cannot.' }];
    const response = await host.ask(api, { model: 'm', stream: false, messages: [{ role: 'user', content: 'Hi' }] });
    expect(response.status).toBe(200);
    expect(host.toolRequests).toEqual([]);
    expect(JSON.stringify(host.modelRequests[1]?.body)).toMatch(/needs the user's approval/);
    const series = 'llm_agent_tool_calls_total{agent="test",server="one",tool="write",outcome="needs_approval"}';
    expect(await host.valueOf(series)).toBe(1);
  });
});

describe('tools that may change something', () => {
  it('need an approval with require_approval_unless_read_only', async () => {
    await start({ require_approval_unless_read_only: true });
    host.model = [{ calls: [call('read')] }, { calls: [call('add', 'c2')] }];
    const { items } = await respond('Hi');
    expect(items.map(({ type, name }) => [type, name])).toEqual([
      ['mcp_call', 'read'],
      ['mcp_approval_request', 'add'],
    ]);
  });

  it('need an approval after a result of an untrusted server', async () => {
    await start(UNTRUSTED);
    host.model = [{ calls: [call('read')] }, { calls: [call('read', 'c2', 2)] }, { calls: [call('write', 'c3')] }];
    const { items } = await respond('Hi');
    expect(items.map(({ type, name }) => [type, name])).toEqual([
      ['mcp_call', 'read'],
      ['mcp_call', 'read'],
      ['mcp_approval_request', 'write'],
    ]);
    // The result is in the history of the next request.
    host.model = [{ calls: [call('write', 'c4')] }];
    const next = await respond([...items.slice(0, 1), { role: 'user', content: 'Go on' }]);
    expect(next.items).toMatchObject([{ type: 'mcp_approval_request', name: 'write' }]);
    const block = { type: 'mcp_tool_use', id: 't', name: 'read', server_name: 'one', input: {} };
    const result = { type: 'mcp_tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'Write!' }] };
    host.model = [{ calls: [call('write', 'c5')] }, { text: 'I cannot.' }];
    const before = host.toolRequests.length;
    const messages = [
      { role: 'assistant', content: [block, result] },
      { role: 'user', content: 'Go on' },
    ];
    host.modelRequests.length = 0;
    await host.ask('/v1/messages', { model: 'm', max_tokens: 9, messages });
    expect(host.toolRequests).toHaveLength(before);
  });
});
