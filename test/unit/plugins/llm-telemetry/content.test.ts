import { ndjson, sse } from '../../../support/exchange';
import { spanOfExchange, type Exchange } from './run-llm-telemetry';

const secret = ['sk', '-abcdefghijklmnopqrstuvwx'].join('');

const chat: Exchange = {
  request: {
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: `My key is ${secret}. What is this?`, images: ['aGVsbG8='] },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'look', arguments: { where: 'here' } } }] },
      { role: 'tool', tool_name: 'look', content: 'a cat' },
    ],
    tools: [{ type: 'function', function: { name: 'look' } }],
  },
  response: ndjson(
    { message: { content: 'A cat.', thinking: 'It has whiskers.' } },
    { message: { tool_calls: [{ id: 'c1', function: { name: 'pet', arguments: { soft: true } } }] } },
    { done: true, done_reason: 'stop', eval_count: 3 },
  ),
};

const words = /Be brief|My key|a cat|A cat|whiskers|aGVsbG8|soft|where/;

describe('content', () => {
  it('is not written by default', async () => {
    const { attributes } = await spanOfExchange(chat);
    expect(JSON.stringify(attributes)).not.toMatch(words);
    expect(attributes).toMatchObject({ 'input.value': '__REDACTED__', 'output.value': '__REDACTED__' });
  });

  it('is limited to 200 characters by preview', async () => {
    const { attributes } = await spanOfExchange(chat, { capture_content: 'preview' });
    expect(attributes).toMatchObject({
      'input.value': 'My key is __REDACTED__. What is this?\n__REDACTED__',
      'llm.last_message_preview': 'My key is __REDACTED__. What is this?\n__REDACTED__',
      'output.value': 'A cat.',
      'llm.response_preview': 'A cat.',
    });
    expect(JSON.stringify(attributes)).not.toMatch(/Be brief|whiskers|soft|input_messages/);
  });

  it('is written in the attributes of OpenInference, without arguments and thinking', async () => {
    const { attributes } = await spanOfExchange(chat, { capture_content: 'full' });
    expect(attributes).toMatchObject({
      'llm.input_messages.0.message.role': 'system',
      'llm.input_messages.0.message.content': 'Be brief.',
      'llm.input_messages.1.message.content': 'My key is __REDACTED__. What is this?\n__REDACTED__',
      'llm.input_messages.2.message.tool_calls.0.tool_call.function.name': 'look',
      'llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments': '__REDACTED__',
      'llm.input_messages.3.message.role': 'tool',
      'llm.input_messages.3.message.name': 'look',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'A cat.',
      'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'pet',
    });
    expect(JSON.stringify(attributes)).not.toMatch(/whiskers|soft|where|json_schema|gen_ai\.input/);
  });

  it('is written completely if all options are on', async () => {
    const all = {
      capture_content: 'full',
      capture_tool_args: true,
      capture_tool_defs: true,
      capture_thinking: true,
      content_format: 'both',
    };
    const { attributes } = await spanOfExchange(chat, all);
    expect(attributes).toMatchObject({
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"soft":true}',
      'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
      'llm.output_messages.0.message.contents.0.message_content.text': 'It has whiskers.',
      'llm.tools.0.tool.json_schema': '{"type":"function","function":{"name":"look"}}',
      'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
    });
    expect(attributes).toMatchObject({
      'input.mime_type': 'text/plain',
      'output.mime_type': 'text/plain',
      'gen_ai.tool.definitions': '[{"type":"function","function":{"name":"look"}}]',
    });
    expect(JSON.parse(attributes['gen_ai.input.messages'] as string)).toEqual(
      expect.arrayContaining([{ role: 'user', parts: [expect.objectContaining({ type: 'text' })] }]),
    );
    expect(JSON.parse(attributes['gen_ai.output.messages'] as string)).toEqual([
      {
        role: 'assistant',
        finish_reason: 'stop',
        parts: [
          { type: 'reasoning', content: 'It has whiskers.' },
          { type: 'text', content: 'A cat.' },
          { type: 'tool_call', id: 'c1', name: 'pet', arguments: { soft: true } },
        ],
      },
    ]);
    expect(JSON.stringify(attributes)).not.toContain(secret);
  });

  it('has no tool names with hide_tool_names', async () => {
    const options = { capture_content: 'full', hide_tool_names: true, capture_tool_args: true };
    expect(JSON.stringify(await spanOfExchange(chat, options))).not.toMatch(/"(look|pet)"/);
  });

  it('keeps the newest messages and the response within its bounds, and reports the cut', async () => {
    const messages = Array.from({ length: 50 }, (_, n) => ({ role: 'user', content: `${n} ${'x'.repeat(9000)}` }));
    const { attributes } = await spanOfExchange(
      { request: { model: 'm', messages }, response: chat.response!, bound: 1_000_000 },
      { capture_content: 'full' },
    );
    const contents = Object.entries(attributes).filter(([key]) => key.endsWith('message.content'));
    const length = contents.reduce((sum, [, value]) => sum + String(value).length, 0);
    expect(length).toBeLessThanOrEqual(65_536);
    expect(contents.every(([, value]) => String(value).length <= 8192)).toBe(true);
    expect(attributes['llm.input_messages.31.message.content']).toMatch(/^49 /);
    expect(attributes['llm.output_messages.0.message.content']).toBe('A cat.');
    expect(attributes['llm.content_truncated']).toBe(true);
  });

  it('does not cut a secret in two', async () => {
    const content = `${'x'.repeat(190)} ${secret}`;
    const { attributes } = await spanOfExchange(
      { ...chat, request: { model: 'm', messages: [{ role: 'user', content }] } },
      { capture_content: 'preview' },
    );
    expect(attributes['llm.last_message_preview']).not.toContain('sk-');
  });

  it.each<[string, Exchange, object]>([
    [
      'Anthropic messages',
      {
        path: '/v1/messages',
        contentType: 'text/event-stream',
        request: {
          model: 'm',
          system: [{ type: 'text', text: 'Be brief.' }],
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'Hi' },
                { type: 'image', source: { data: 'aGVsbG8=' } },
              ],
            },
            { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }] },
          ],
        },
        response: sse(
          { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Yo' } },
          { type: 'message_stop' },
        ),
      },
      {
        'llm.input_messages.0.message.content': 'Be brief.',
        'llm.input_messages.1.message.content': 'Hi\n__REDACTED__',
        'llm.input_messages.2.message.tool_calls.0.tool_call.function.name': 'f',
        'llm.input_messages.3.message.content': 'r',
        'output.value': 'Yo',
      },
    ],
    [
      'OpenAI responses',
      {
        path: '/v1/responses',
        contentType: 'application/json',
        request: {
          model: 'm',
          instructions: 'Be brief.',
          input: [
            { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
            { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
            { type: 'function_call_output', call_id: 'c', output: 'r' },
          ],
        },
        response: { status: 'completed', output: [{ type: 'message', content: [{ text: 'Yo' }] }] },
      },
      {
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.1.message.content': 'Hi',
        'llm.input_messages.2.message.role': 'assistant',
        'llm.input_messages.3.message.role': 'tool',
        'llm.input_messages.3.message.tool_call_id': 'c',
        'output.value': 'Yo',
      },
    ],
    [
      'embeddings, whose vectors are not written',
      {
        path: '/v1/embeddings',
        contentType: 'application/json',
        request: { model: 'e', input: ['a', 'b'] },
        response: { data: [{ embedding: [0.5] }], usage: { prompt_tokens: 2 } },
      },
      {
        'input.value': 'a\nb',
        'output.value': '__REDACTED__',
        'embedding.embeddings.0.embedding.text': 'a',
        'embedding.embeddings.1.embedding.text': 'b',
      },
    ],
    [
      'a prompt',
      {
        path: '/v1/completions',
        contentType: 'application/json',
        request: { model: 'm', prompt: ['a', 'b'] },
        response: { choices: [{ text: 'c', finish_reason: 'stop' }] },
      },
      {
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.content': 'a\nb',
        'output.value': 'c',
      },
    ],
  ])('is read from %s', async (_name, exchange, expected) => {
    expect((await spanOfExchange(exchange, { capture_content: 'full' })).attributes).toMatchObject(expected);
  });
});
