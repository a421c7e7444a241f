import { join } from 'node:path';
import fc from 'fast-check';
import { apis } from '../../../../plugins/llm-mcp-agent/apis/apis';
import type { AgentApi, ClientRecord, Dialogue, Turn } from '../../../../plugins/llm-mcp-agent/apis/dialogue';
import { frameOf } from '../../../../plugins/llm-mcp-agent/apis/frames';
import { StreamRecords } from '../../../../plugins/llm-mcp-agent/apis/stream-records';
import { APIS, streamOf, type ApiPath, type ScriptedTurn } from '../../../support/model-streams';
import { readRecording } from '../../../support/recording';

const apiOf = (path: ApiPath): AgentApi => apis.find((api) => api.path === path)!;
const open = (api: AgentApi, body: object = {}): Dialogue => {
  const request = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }], input: 'Hi', ...body };
  const options = { showsCalls: true, now: () => 0, readApproval: () => undefined, keptResponseId: (id: string) => id };
  const dialogue = api.open(request, options);
  if ('problem' in dialogue) throw new Error(dialogue.problem);
  return dialogue;
};

/** Reads a stream in pieces; the text for the client, the turn and the next request. */
function read(
  api: AgentApi,
  pieces: readonly Uint8Array[],
  body: object = {},
): { text: string; turn: Turn; dialogue: Dialogue } {
  const dialogue = open(api, body);
  dialogue.request([], false);
  const records: ClientRecord[] = [];
  const stream = new StreamRecords(api.framing, 1_000_000, (record, event) =>
    records.push(...dialogue.read(record, event)),
  );
  for (const piece of pieces) stream.push(piece);
  stream.end();
  return { text: records.map((record) => frameOf(api, record)).join(''), turn: dialogue.endTurn(), dialogue };
}

const TURN: ScriptedTurn = {
  thinking: 'Größe?',
  text: 'Grüße — 你好. ',
  calls: [
    { id: 'c1', name: 'add', args: JSON.stringify({ a: 1, text: 'x'.repeat(120) }) },
    { id: 'c2', name: 'add', args: '{"a":2}' },
  ],
};

describe.each(APIS)('%s', (path) => {
  const api = apiOf(path);
  const bytes = Buffer.from(streamOf(path, TURN));
  const whole = read(api, [bytes]);

  it('any split of a stream gives the same records, calls and history', () => {
    whole.dialogue.continueWith([]);
    const history = JSON.stringify(whole.dialogue.request([], false));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, n) => bytes.subarray(places[n], end));
        const other = read(api, pieces);
        expect(other.text).toBe(whole.text);
        expect(other.turn).toEqual(whole.turn);
        other.dialogue.continueWith([]);
        expect(JSON.stringify(other.dialogue.request([], false))).toBe(history);
      }),
      { numRuns: 30 },
    );
  });

  it('reads the arguments of interleaved calls', () => {
    expect(whole.turn.calls.map(({ args }) => JSON.parse(args) as object)).toEqual(
      TURN.calls!.map(({ args }) => JSON.parse(args) as object),
    );
  });

  it('shows nothing of the calls of the gateway, and all of the text', () => {
    expect(whole.text).not.toContain('c1');
    expect(whole.text).not.toContain('xxx');
  });

  it('names a stream that ends early', () => {
    const early = read(api, [bytes.subarray(0, bytes.length / 2)]);
    expect(early.turn.error).toMatch(/broke off/);
  });
});

it.each<[string, ApiPath, string]>([
  ['ollama-0.17.4', '/api/chat', 'chat-tools-streamed'],
  ['ollama-0.17.4', '/v1/chat/completions', 'openai-chat-tools-streamed-usage'],
  ['ollama-0.17.4', '/v1/responses', 'openai-responses-tools-streamed'],
  ['ollama-0.17.4', '/v1/messages', 'anthropic-tools-streamed'],
  ['litellm-1.106.2', '/v1/chat/completions', 'openai-chat-tools-streamed-usage'],
  ['litellm-1.106.2', '/v1/messages', 'anthropic-tools-streamed'],
])('reads the call in a stream that %s has sent at %s', (server, path, name) => {
  const { chunks } = readRecording(join(__dirname, `../../../fixtures/llm/${server}/${name}.http`));
  const { turn, text } = read(apiOf(path), chunks);
  expect(turn).toMatchObject({ clientCalls: 0, tokens: expect.any(Number) as number });
  expect(turn.error).toBeUndefined();
  expect(turn.calls.map((call) => [call.name, JSON.parse(call.args) as unknown])).toEqual([
    ['get_weather', { city: expect.any(String) as string }],
  ]);
  expect(text).not.toContain('get_weather');
});

it('returns the thinking of Anthropic with its signature unchanged', () => {
  const { dialogue } = read(apiOf('/v1/messages'), [Buffer.from(streamOf('/v1/messages', TURN))]);
  dialogue.continueWith([]);
  expect(dialogue.request([], false)['messages']).toMatchObject([
    {},
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Größe?', signature: 'c2ln' },
        { type: 'text' },
        { type: 'tool_use', id: 'c1' },
        { type: 'tool_use', id: 'c2' },
      ],
    },
    { role: 'user' },
  ]);
});

it('returns the encrypted reasoning of responses unchanged', () => {
  const { dialogue } = read(apiOf('/v1/responses'), [Buffer.from(streamOf('/v1/responses', TURN))]);
  dialogue.continueWith([]);
  expect(dialogue.request([], false)['input']).toMatchObject([
    { role: 'user' },
    { type: 'reasoning', encrypted_content: 'Größe?' },
    { type: 'message' },
    { type: 'function_call' },
    { type: 'function_call' },
  ]);
});

it("reads a call in Ollama's last record", () => {
  const record = {
    model: 'm',
    message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'add', arguments: { a: 1 } } }] },
    done: true,
    done_reason: 'stop',
  };
  const { turn } = read(apiOf('/api/chat'), [Buffer.from(`${JSON.stringify(record)}\n`)]);
  expect(turn.calls).toMatchObject([{ name: 'add', args: '{"a":1}' }]);
});

describe('tool_choice', () => {
  const tools = [{ name: 'add', description: '', schema: {} }];
  const choices = (path: ApiPath, body: object): unknown[] => {
    const dialogue = open(apiOf(path), body);
    return [false, false, true].map((isLast) => dialogue.request(tools, isLast)['tool_choice']);
  };
  it.each<[ApiPath, object, unknown[]]>([
    ['/v1/chat/completions', { tool_choice: 'required' }, ['required', 'auto', 'none']],
    [
      '/v1/chat/completions',
      { tool_choice: { type: 'function', function: { name: 'add' } } },
      [{ type: 'function', function: { name: 'add' } }, 'auto', 'none'],
    ],
    ['/v1/chat/completions', {}, [undefined, undefined, 'none']],
    ['/v1/responses', { tool_choice: 'required' }, ['required', 'auto', 'none']],
    ['/v1/messages', { tool_choice: { type: 'any' } }, [{ type: 'any' }, { type: 'auto' }, { type: 'none' }]],
    [
      '/v1/messages',
      { tool_choice: { type: 'tool', name: 'add', disable_parallel_tool_use: true } },
      [
        { type: 'tool', name: 'add', disable_parallel_tool_use: true },
        { type: 'auto', disable_parallel_tool_use: true },
        { type: 'none' },
      ],
    ],
  ])('%s: a required tool is required in the first round only %#', (path, body, expected) => {
    expect(choices(path, body)).toEqual(expected);
  });

  it.each<[ApiPath, object]>([
    ['/v1/chat/completions', { tool_choice: 'none' }],
    ['/v1/responses', { tool_choice: 'none' }],
    ['/v1/messages', { tool_choice: { type: 'none' } }],
  ])('%s: no tool is allowed', (path, body) => {
    expect(open(apiOf(path), body).allowsTools).toBe(false);
  });
});
