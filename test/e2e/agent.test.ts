import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { eventually, gateway, total } from './gateway';

const MODEL = 'llama3.2';
const QUESTION = [{ role: 'user' as const, content: 'Calculate 5 + 3' }];
const ANSWER = '5 + 3 = 8';
const agent = `${gateway.proxyUrl}/agent`;
const openai = new OpenAI({ baseURL: `${agent}/v1`, apiKey: 'none' });
const anthropic = new Anthropic({ baseURL: agent, apiKey: 'none' });
const ollama = new Ollama({ host: agent });

interface Span {
  readonly name: string;
  readonly parent_id: string | null;
  readonly context: { readonly trace_id: string; readonly span_id: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe('a question that needs a tool', () => {
  it.concurrent('is answered to the client of Ollama', async () => {
    const { message, eval_count: count } = await ollama.chat({ model: MODEL, messages: QUESTION });
    expect(message.content).toBe(ANSWER);
    expect(count).toBeGreaterThan(10);
    let text = '';
    for await (const part of await ollama.chat({ model: MODEL, messages: QUESTION, stream: true })) {
      text += part.message.content;
    }
    expect(text).toBe(ANSWER);
  });

  it.concurrent("is answered to OpenAI's client of chat completions", async () => {
    const { choices, usage } = await openai.chat.completions.create({ model: MODEL, messages: QUESTION });
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant', content: ANSWER } });
    expect(usage?.total_tokens).toBeGreaterThan(100);
    const stream = openai.chat.completions.stream({ model: MODEL, messages: QUESTION });
    expect(await stream.finalContent()).toBe(ANSWER);
  });

  it.concurrent("is answered to OpenAI's client of responses, with the call as an item", async () => {
    const response = await openai.responses.create({ model: MODEL, input: 'Calculate 5 + 3' });
    expect(response.output_text).toBe(ANSWER);
    expect(response.output[0]).toMatchObject({
      type: 'mcp_call',
      name: 'add',
      server_label: 'py-calculator',
      arguments: '{"a":5,"b":3}',
      output: '8',
    });
    const stream = openai.responses.stream({ model: MODEL, input: 'Calculate 5 + 3' });
    expect((await stream.finalResponse()).output_text).toBe(ANSWER);
  });

  it.concurrent("is answered to Anthropic's client, with the call as blocks", async () => {
    const request = { model: MODEL, max_tokens: 500, messages: QUESTION };
    const whole = await anthropic.messages.create(request);
    const streamed = await anthropic.messages.stream(request).finalMessage();
    for (const { content, stop_reason: reason } of [whole, streamed]) {
      expect(reason).toBe('end_turn');
      expect(content).toMatchObject([
        { type: 'mcp_tool_use', name: 'add', server_name: 'py-calculator', input: { a: 5, b: 3 } },
        { type: 'mcp_tool_result', is_error: false, content: [{ type: 'text', text: '8' }] },
        { type: 'text', text: ANSWER },
      ]);
    }
    const next = { role: 'user' as const, content: 'Calculate 7 * 6' };
    const history = { role: 'assistant' as const, content: whole.content as unknown as Anthropic.ContentBlockParam[] };
    const { content } = await anthropic.messages.create({ ...request, messages: [...QUESTION, history, next] });
    expect(content.at(-1)).toMatchObject({ type: 'text', text: '7 * 6 = 42' });
  });
});

it.concurrent('leaves calls of tools of the client to the client', async () => {
  const tools = [
    {
      type: 'function' as const,
      function: {
        name: 'weather',
        description: 'The weather of a city',
        parameters: { type: 'object', properties: {} },
      },
    },
  ];
  const messages = [{ role: 'user' as const, content: 'What is the weather?' }];
  const { choices } = await openai.chat.completions.create({ model: MODEL, messages, tools });
  expect(choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ type: 'function', function: { name: 'weather' } }] },
  });
});

it.concurrent('passes on why the route of the model rejects a request', async () => {
  const messages = QUESTION;
  await expect(openai.chat.completions.create({ model: 'no-such-model', messages })).rejects.toMatchObject({
    status: 404,
  });
  await expect(ollama.chat({ model: 'no-such-model', messages })).rejects.toThrow(/not found/);
});

it.concurrent('lists the models', async () => {
  const { data } = await openai.models.list();
  expect(data.map(({ id }) => id)).toContain('llama3.2:latest');
});

it.concurrent('rejects pages of other origins, and requests past the gateway', async () => {
  const ask = (url: string, headers: Record<string, string>): Promise<Response> =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify({ model: MODEL, messages: QUESTION }) });
  expect((await ask(`${agent}/api/chat`, { Origin: 'https://evil.example' })).status).toBe(403);
  const forged = { 'X-Agent-Ticket': 'A'.repeat(43) };
  expect((await ask(`${agent}/api/chat`, forged)).status).toBe(200);
});

it('answers many callers at once, each its own question', async () => {
  const before = await total(gateway.pluginServerUrl, 'llm_agent_active_runs');
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const messages = [{ role: 'user', content: `Calculate ${n} + 100` }];
      return (await ollama.chat({ model: MODEL, messages })).message.content;
    }),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => `${n} + 100 = ${n + 100}`));
  await eventually('no run is left', async () => {
    return (await total(gateway.pluginServerUrl, 'llm_agent_active_runs')) <= before;
  });
});

/** The spans of a trace in Phoenix, when there are as many as expected. */
const spansOf = (traceId: string, count: number): Promise<readonly Span[]> =>
  eventually('the spans of the trace', async () => {
    const response = await fetch(`${gateway.proxyUrl}/phoenix/v1/projects/ai-gateway/spans?limit=1000`);
    const { data } = (await response.json()) as { data: readonly Span[] };
    const found = data.filter(({ context }) => context.trace_id === traceId);
    return found.length >= count && found;
  });

it.concurrent(
  'reports a run as one trace: the agent, two calls of the model, the call of the tool, and the work of its server',
  async () => {
    const traceId = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await openai.chat.completions.create({ model: MODEL, messages: QUESTION }, { headers });
    const spans = await spansOf(traceId, 5);
    const run = spans.find(({ name }) => name === 'invoke_agent calculator');
    expect(run).toMatchObject({
      parent_id: '00f067aa0ba902b7',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'kong.agent.rounds': 2,
        'gen_ai.response.finish_reasons': ['stop'],
      },
    });
    const others = spans.filter((span) => span !== run);
    expect(others.every(({ parent_id: parent }) => parent === run?.context.span_id)).toBe(true);
    expect(others.filter(({ name }) => name.startsWith('ollama.chat'))).toHaveLength(2);
    // The span of the gateway and that of the MCP server.
    const calls = others.filter(({ name }) => name === 'tools/call add');
    expect(calls).toHaveLength(2);
    expect(calls.filter(({ attributes }) => 'kong.request_id' in attributes)).toHaveLength(1);
  },
);

it.concurrent('shows the spans of an instrumented client in the same trace', async () => {
  const program = join(__dirname, '../../dist/examples/ollama-client/main.js');
  const env = { ...process.env, GATEWAY_URL: gateway.proxyUrl };
  const output = execFileSync(process.execPath, [program, 'Calculate 5 + 3', 'Calculate 7 * 6'], {
    env,
    encoding: 'utf8',
  });
  expect(output).toContain('5 + 3 = 8\n');
  expect(output).toContain('7 * 6 = 42\n');
  const [, traceId = ''] = /redirects\/traces\/([0-9a-f]{32})\n/.exec(output) ?? [];
  // The conversation; for each of two turns: the turn, the run, two calls of the model, and the call of the tool twice.
  const spans = await spansOf(traceId, 13);
  const named = (name: string): readonly Span[] => spans.filter((span) => span.name === name);
  const [conversation] = named('conversation');
  const turns = named(`chat ${MODEL}`);
  expect(turns.map(({ parent_id: parent }) => parent)).toEqual(Array(2).fill(conversation?.context.span_id));
  expect(turns[0]?.attributes).toMatchObject({
    'gen_ai.request.model': MODEL,
    'gen_ai.usage.input_tokens': expect.any(Number) as number,
    'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
  });
  const ids = turns.map(({ context }) => context.span_id).sort();
  expect(
    named('invoke_agent calculator')
      .map(({ parent_id: parent }) => parent)
      .sort(),
  ).toEqual(ids);
  expect(named('tools/call add')).toHaveLength(2);
  expect(named('tools/call multiply')).toHaveLength(2);
});
