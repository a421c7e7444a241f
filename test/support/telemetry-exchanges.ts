import { ndjson, logEntry, sharedCapture, sse, type ExchangeOptions } from './exchange';

/** An exchange as the log phase of a telemetry plugin receives it from Kong. */
export interface LoggedExchange {
  readonly name: string;
  readonly plugin: 'mcp-telemetry' | 'llm-telemetry';
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** Kong's log entry, in JSON. */
  readonly entry: string;
  /** `kong.ctx.shared`. */
  readonly shared: Readonly<Record<string, unknown>>;
}

const service = { name: 'py-calculator', host: 'py-calculator-upstream', port: 8100 };
const json = (value: object): string => JSON.stringify(value);

const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'add', arguments: { a: 1 } } };
const result = { jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text', text: '3' }] } };
const summaryOf = (id: number | string, method = 'tools/call', name = 'add') => ({
  revision: '2025-11-25',
  messages: [{ kind: 'request', id, method, name }],
});

function mcp(name: string, request: string, response: string, more: Partial<LoggedExchange> & ExchangeOptions = {}) {
  const { shared, config, ...options } = more;
  const exchange: LoggedExchange = {
    name,
    plugin: 'mcp-telemetry',
    config: { log_errors: true, audit: true, ...config },
    entry: logEntry({ path: '/mcp', contentType: 'application/json', service, ...options }),
    shared: { capture: sharedCapture(request, response), ...shared },
  };
  return exchange;
}

function llm(name: string, request: string, response: string, more: Partial<LoggedExchange> & ExchangeOptions = {}) {
  const { shared, config, ...options } = more;
  const exchange: LoggedExchange = {
    name,
    plugin: 'llm-telemetry',
    config: { log_errors: true, audit: true, ...config },
    entry: logEntry(options),
    shared: { capture: sharedCapture(request, response), ...shared },
  };
  return exchange;
}

const chat = json({ model: 'llama3.2', messages: [{ role: 'user', content: 'Hello' }] });
const last = { model: 'llama3.2', done: true, done_reason: 'stop', prompt_eval_count: 26, eval_count: 9 };
const word = (content: string) => ({ model: 'llama3.2', message: { role: 'assistant', content }, done: false });
const streamed = ndjson(word('Hel'), word('lo'), { ...last, message: { role: 'assistant', content: '' } });

/** Exchanges of every kind that the telemetry plugins distinguish. */
export const EXCHANGES: readonly LoggedExchange[] = [
  mcp('a tool call with a JSON response', json(call), json(result), { shared: { mcp: summaryOf(7) } }),
  mcp('a tool call with an SSE response, without the validator', json(call), sse(result), {
    contentType: 'text/event-stream',
    requestHeaders: { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-06-18' },
  }),
  mcp(
    'a batch with a tool error and a JSON-RPC error',
    json([call, { ...call, id: 'x' }, { jsonrpc: '2.0', method: 'notifications/initialized' }] as object),
    sse(
      { jsonrpc: '2.0', id: 'x', error: { code: -32602, message: 'Unknown tool' } },
      { jsonrpc: '2.0', id: 7, result: { isError: true, content: [{ type: 'text', text: 'token=abcdefgh1234' }] } },
    ),
    { contentType: 'text/event-stream', config: { capture_tool_args: true, capture_tool_results: true } },
  ),
  mcp(
    'a call whose id needs 16 digits',
    json({ ...call, id: 9007199254740991 }),
    json({ ...result, id: 9007199254740991 }),
    {
      shared: { mcp: summaryOf(9007199254740991) },
    },
  ),
  mcp(
    'a rejection by the limiter',
    json(call),
    json({ jsonrpc: '2.0', id: 7, error: { code: 429, message: 'Limit' } }),
    {
      status: 429,
      source: 'kong',
      tries: [],
      shared: { mcp: summaryOf(7), mcp_denied: { by: 'mcp-tool-rate-limit', reason: 'rate_limited', code: 429 } },
    },
  ),
  mcp('a request that is not JSON', '{"jsonrpc"', json({ error: 'x' }), {
    status: 400,
    source: 'kong',
    tries: [],
    shared: { mcp_denied: { by: 'mcp-validator', reason: 'invalid_json', code: -32700 } },
  }),
  mcp('a backend that is down', json(call), 'An invalid response was received', { status: 502, source: 'kong' }),
  mcp('a call without a capture', '', '', { shared: { capture: undefined, mcp: summaryOf(7) } }),
  mcp('a client that left during the response', json(call), '', {
    contentType: 'text/event-stream',
    shared: { capture: sharedCapture(json(call), 'event: mess', 32_768, false), mcp: summaryOf(7) },
  }),
  mcp(
    'a response with a missing middle',
    json(call),
    json({ jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text', text: 'x'.repeat(100_000) }] } }),
    { shared: { mcp: summaryOf(7) } },
  ),
  mcp('a stream that GET opened', '', sse({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }), {
    method: 'GET',
    contentType: 'text/event-stream',
    requestHeaders: { 'mcp-session-id': 's-1' },
  }),
  mcp(
    'a list of tools',
    json({ jsonrpc: '2.0', id: 7, method: 'tools/list' }),
    json({ jsonrpc: '2.0', id: 7, result: { tools: [{ name: 'add' }] } }),
    {
      consumer: { id: 'c-1', username: 'ann' },
      credential: { id: 'k-1', consumer_id: 'c-1' },
      traceId: 'ab'.repeat(16),
    },
  ),
  llm('a streamed call to a model', chat, streamed),
  llm('a call that is not streamed', chat, json({ ...word('Hello'), ...last }), { contentType: 'application/json' }),
  llm('a call whose content is captured', chat, streamed, { config: { capture_content: 'full' } }),
  llm('a stream that the client left', chat, '', {
    shared: { capture: sharedCapture(chat, ndjson(word('Hel')), 32_768, false) },
  }),
  llm('an unknown model', chat, json({ error: "model 'x' not found" }), {
    status: 404,
    contentType: 'application/json',
  }),
  llm(
    'a stream with usage and a missing middle',
    json({ ...(JSON.parse(chat) as object), stream: true }),
    sse(
      ...Array.from({ length: 1000 }, () => ({ choices: [{ index: 0, delta: { content: 'x'.repeat(80) } }] })),
      { choices: [], usage: { prompt_tokens: 26, completion_tokens: 9, total_tokens: 35 } },
      '[DONE]',
    ),
    { path: '/v1/chat/completions', contentType: 'text/event-stream' },
  ),
  llm(
    'a long request whose model is at its end',
    json({ messages: [{ role: 'user', content: 'x'.repeat(80_000) }], model: 'llama3.2' }),
    streamed,
  ),
  llm('a request that Kong rejected', chat, json({ message: 'API rate limit exceeded' }), {
    status: 429,
    source: 'kong',
    tries: [],
    contentType: 'application/json',
  }),
  llm(
    'an embedding',
    json({ model: 'nomic', input: ['a', 'b'] }),
    json({ embeddings: [[1], [2]], prompt_eval_count: 8 }),
    {
      path: '/api/embed',
      contentType: 'application/json',
    },
  ),
  { name: 'text that is no log entry', plugin: 'llm-telemetry', entry: '{"request":1}', shared: {} },
];
