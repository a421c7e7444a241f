import { ndjson, sse } from '../../../../support/exchange';
import { spanOfExchange, type Exchange } from '../run-llm-telemetry';
import { CALLS, chat, itReports, message, NAMES, piece, wholeChat } from './reported';

const done = [piece({}, 'tool_calls'), '[DONE]'];
/** A piece of a call, in the words of a chat. */
const call = (index: number | undefined, id: string | null | undefined, name?: string | null, args?: unknown) => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id }),
  type: 'function',
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});
const calls = (...list: (object | object[])[]): Exchange =>
  chat(...list.map((one) => piece({ tool_calls: Array.isArray(one) ? one : [one] })), ...done);

/** What the calls were, arguments included, as `f{"a":1}`. */
async function calledBy(exchange: Exchange): Promise<string[]> {
  const { attributes } = await spanOfExchange(exchange, { capture_content: 'full', capture_tool_args: true });
  const found: string[] = [];
  const prefix = 'llm.output_messages.0.message.tool_calls';
  for (let n = 0; attributes[`${prefix}.${n}.tool_call.function.name`] !== undefined; n++) {
    const at = (part: string) => (attributes[`${prefix}.${n}.tool_call.function.${part}`] as string | undefined) ?? '';
    found.push(`${at('name')}${at('arguments')}`);
  }
  return found;
}

const one = ['f{"a":1}'];
const two = ['f{"a":1}', 'g{"b":2}'];

describe('a streamed tool call', () => {
  it.each<[string, Exchange, string[]]>([
    [
      'is sent in pieces',
      calls(call(0, 'a', 'f', ''), call(0, undefined, undefined, '{"a"'), call(0, undefined, undefined, ':1}')),
      one,
    ],
    ['is sent as a whole', calls(call(0, 'a', 'f', '{"a":1}')), one],
    [
      'repeats its name in each piece',
      calls(call(0, 'a', 'f', ''), call(0, undefined, 'f', '{"a"'), call(0, undefined, 'f', ':1}')),
      one,
    ],
    [
      'repeats its id and name in each piece',
      calls(call(0, 'a', 'f', ''), call(0, 'a', 'f', '{"a"'), call(0, 'a', 'f', ':1}')),
      one,
    ],
    [
      'has null in members that it does not repeat',
      calls(call(0, 'a', 'f', ''), call(0, null, null, '{"a"'), call(0, null, null, ':1}')),
      one,
    ],
    [
      'has empty strings in members that it does not repeat',
      calls(call(0, 'a', 'f', ''), call(0, '', '', '{"a"'), call(0, '', '', ':1}')),
      one,
    ],
    [
      'has indexes from 1',
      calls(call(1, 'a', 'f', '{"a":1}'), call(2, 'b', 'g', '{"b"'), call(2, undefined, undefined, ':2}')),
      two,
    ],
    ['is one of several at index 0', calls(call(0, 'a', 'f', '{"a":1}'), call(0, 'b', 'g', '{"b":2}')), two],
    [
      'is one of several at index 0, in pieces',
      calls(
        call(0, 'a', 'f', ''),
        call(0, undefined, undefined, '{"a":1}'),
        call(0, 'b', 'g', ''),
        call(0, undefined, undefined, '{"b":2}'),
      ),
      two,
    ],
    [
      'is one of several at index 0, whose pieces have ids',
      calls(
        call(0, 'a', 'f', ''),
        call(0, 'b', 'g', ''),
        call(0, 'a', undefined, '{"a":1}'),
        call(0, 'b', undefined, '{"b":2}'),
      ),
      two,
    ],
    [
      'has no index',
      calls(
        call(undefined, 'a', 'f', ''),
        call(undefined, undefined, undefined, '{"a":1}'),
        call(undefined, 'b', 'g', '{"b":2}'),
      ),
      two,
    ],
    [
      'has neither index nor id',
      calls(call(undefined, undefined, 'f', '{"a":1}'), call(undefined, undefined, 'g', '{"b":2}')),
      two,
    ],
    ['has no id and index 0 (Gemini)', calls(call(0, '', 'f', '{"a":1}'), call(0, '', 'g', '{"b":2}')), two],
    [
      'has no id, index 0 and the same name',
      calls(call(0, '', 'f', '{"a":1}'), call(0, '', 'f', '{"a":2}')),
      ['f{"a":1}', 'f{"a":2}'],
    ],
    [
      'is sent again as a whole',
      calls(call(0, 'a', 'f', '{"a"'), call(0, undefined, undefined, ':1}'), call(0, 'a', 'f', '{"a":1}')),
      one,
    ],
    [
      'is sent again as a whole, without id',
      calls(call(0, undefined, 'f', '{"a":1}'), call(0, undefined, 'f', '{"a":1}')),
      one,
    ],
    ['is in one record with another call', calls([call(0, 'a', 'f', '{"a":1}'), call(1, 'b', 'g', '{"b":2}')]), two],
    [
      'is sent in turns with another call',
      calls(
        call(0, 'a', 'f', '{"a"'),
        call(1, 'b', 'g', '{"b"'),
        call(0, undefined, undefined, ':1}'),
        call(1, undefined, undefined, ':2}'),
      ),
      two,
    ],
    ['has its id before its name', calls(call(0, 'a'), call(0, undefined, 'f', '{"a":1}')), one],
    ['has its name before its id', calls(call(0, undefined, 'f', '{"a"'), call(0, 'a', undefined, ':1}')), one],
    ['has a different id in each piece', calls(call(0, 'a1', 'f', '{"a"'), call(0, 'a2', null, ':1}')), one],
    [
      'calls one tool twice',
      calls(call(0, 'a', 'f', '{"a":1}'), call(1, 'b', 'f', '{"a":1}')),
      ['f{"a":1}', 'f{"a":1}'],
    ],
    ['has the same id as all others', calls(call(0, 'x', 'f', '{"a":1}'), call(1, 'x', 'g', '{"b":2}')), two],
    ['has its arguments as an object', calls(call(0, 'a', 'f', { a: 1 })), one],
    [
      'has braces in its strings',
      calls(call(0, 'a', 'f', '{"a":"}{\\""'), call(0, undefined, undefined, '}')),
      ['f{"a":"}{\\""}'],
    ],
    [
      'in the legacy format is a function_call',
      chat(
        piece({ function_call: { name: 'f', arguments: '' } }),
        piece({ function_call: { name: 'f', arguments: '{"a"' } }),
        piece({ function_call: { arguments: ':1}' } }),
        ...done,
      ),
      one,
    ],
    [
      'is sent in both formats',
      chat(
        piece({ tool_calls: [call(0, 'a', 'f', '{"a":1}')], function_call: { name: 'f', arguments: '{"a":1}' } }),
        ...done,
      ),
      one,
    ],
    ['is absent if a record has empty calls', calls([], call(0, undefined, undefined, ''), call(0, '', '', '')), []],
  ])('%s', async (_name, exchange, expected) => {
    expect(await calledBy(exchange)).toEqual(expected);
    const { attributes } = await spanOfExchange(exchange);
    expect(attributes[CALLS]).toBe(expected.length);
  });

  const choice = (index: number, tool_calls: object[]) => ({
    choices: [{ index, delta: { tool_calls }, finish_reason: null }],
  });
  itReports([
    [
      'belongs to its choice',
      chat(
        choice(0, [call(0, 'a', 'f', '{')]),
        choice(1, [call(0, 'b', 'g', '{')]),
        choice(0, [call(0, undefined, undefined, '}')]),
        choice(1, [call(0, undefined, undefined, '}')]),
        '[DONE]',
      ),
      { [CALLS]: 2, [NAMES]: ['f', 'g'] },
    ],
    [
      'is known by its name if it has no arguments',
      calls(call(0, 'a', 'f'), call(1, 'b', 'g')),
      { [CALLS]: 2, [NAMES]: ['f', 'g'] },
    ],
  ]);
});

describe('tool calls of the other APIs', () => {
  const responses = (...records: object[]): Exchange => ({
    path: '/v1/responses',
    contentType: 'text/event-stream',
    response: sse(...records),
  });
  const item = (n: number, more: object = {}) => ({
    type: 'function_call',
    id: `fc_${n}`,
    call_id: `call_${n}`,
    name: 'f',
    arguments: '',
    ...more,
  });
  const added = (n: number) => ({ type: 'response.output_item.added', output_index: n, item: item(n) });
  const part = (n: number, delta: string) => ({
    type: 'response.function_call_arguments.delta',
    item_id: `fc_${n}`,
    output_index: n,
    delta,
  });
  const itemDone = (n: number) => ({
    type: 'response.output_item.done',
    output_index: n,
    item: item(n, { arguments: '{"a":1}' }),
  });
  const completed = (...output: object[]) => ({
    type: 'response.completed',
    response: { id: 'r', status: 'completed', output },
  });
  const block = (index: number, id: string, name: string, input: object = {}) => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id, name, input },
  });
  const json = (index: number, partial_json: string) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json },
  });
  const end = [
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ];
  const native = (id: string | undefined, name: string, args: unknown, index?: number) => ({
    ...(id !== undefined && { id }),
    function: { name, arguments: args, ...(index !== undefined && { index }) },
  });

  it.each<[string, Exchange, string[]]>([
    [
      'responses, all events',
      responses(added(0), part(0, '{"a"'), part(0, ':1}'), itemDone(0), completed(item(0, { arguments: '{"a":1}' }))),
      one,
    ],
    ['responses, without the end of the item', responses(added(0), part(0, '{"a"'), part(0, ':1}'), completed()), one],
    ['responses, only the end of the item', responses(itemDone(0), completed()), one],
    ['responses, only the end of all', responses(completed(item(0, { arguments: '{"a":1}' }))), one],
    [
      'responses, two at once',
      responses(added(1), added(2), part(2, '{"a":'), part(1, '{"a":'), part(1, '1}'), part(2, '2}')),
      ['f{"a":1}', 'f{"a":2}'],
    ],
    [
      'responses, a tool with free input',
      responses({
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'custom_tool_call', call_id: 'c', name: 'f', input: 'x' },
      }),
      ['fx'],
    ],
    [
      'Anthropic, in pieces',
      message(
        block(1, 'a', 'f'),
        json(1, ''),
        json(1, '{"a"'),
        json(1, ':1}'),
        block(2, 'b', 'g'),
        json(2, '{"b":2}'),
        ...end,
      ),
      two,
    ],
    [
      'Anthropic, all at index 0',
      message(block(0, 'a', 'f'), json(0, '{"a":1}'), block(0, 'b', 'g'), json(0, '{"b":2}'), ...end),
      two,
    ],
    [
      'Anthropic, in turns',
      message(block(1, 'a', 'f'), block(2, 'b', 'g'), json(1, '{"a":1}'), json(2, '{"b":2}'), ...end),
      two,
    ],
    ['Anthropic, whole at the start', message(block(1, 'a', 'f', { a: 1 }), ...end), one],
    [
      'Anthropic, whole at the start and again in pieces',
      message(block(1, 'a', 'f', { a: 1 }), json(1, '{"a":1}'), ...end),
      one,
    ],
    ['Anthropic, started twice', message(block(1, 'a', 'f'), block(1, 'a', 'f'), json(1, '{"a":1}'), ...end), one],
    [
      'Ollama, as objects',
      {
        response: ndjson(
          { message: { tool_calls: [native('a', 'f', { a: 1 }, 0), native('b', 'g', { b: 2 }, 1)] } },
          { done: true },
        ),
      },
      two,
    ],
    [
      'Ollama, as strings, all at index 0',
      {
        response: ndjson(
          { message: { tool_calls: [native('a', 'f', '{"a":1}', 0)] } },
          { message: { tool_calls: [native('b', 'g', '{"b":2}', 0)] }, done: true },
        ),
      },
      two,
    ],
    [
      'Ollama, without ids',
      {
        response: ndjson(
          { message: { tool_calls: [native(undefined, 'f', { a: 1 })] } },
          { message: { tool_calls: [native(undefined, 'g', { b: 2 })] }, done: true },
        ),
      },
      two,
    ],
    [
      'Ollama, the same ones again in the last record',
      {
        response: ndjson(
          { message: { tool_calls: [native('a', 'f', { a: 1 })] } },
          { message: { tool_calls: [native('a', 'f', { a: 1 })] }, done: true },
        ),
      },
      one,
    ],
    [
      'a document',
      wholeChat({
        choices: [{ message: { tool_calls: [call(0, 'a', 'f', '{"a":1}'), call(0, 'b', 'g', '{"b":2}')] } }],
      }),
      two,
    ],
    [
      'a document, with objects',
      wholeChat({ choices: [{ message: { tool_calls: [call(0, 'a', 'f', { a: 1 })] } }] }),
      one,
    ],
    [
      'a document in the legacy format',
      wholeChat({ choices: [{ message: { function_call: { name: 'f', arguments: '{"a":1}' } } }] }),
      one,
    ],
  ])('%s', async (_name, exchange, expected) => {
    expect(await calledBy(exchange)).toEqual(expected);
  });
});

describe('responses without deltas', () => {
  const text = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] };
  const end = {
    type: 'response.completed',
    response: {
      model: 'm',
      status: 'completed',
      output: [text],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    },
  };
  const of = (...records: object[]) => ({
    path: '/v1/responses',
    contentType: 'text/event-stream',
    response: sse(...records),
  });
  itReports([
    [
      'have the text of the last event',
      of(end),
      { 'llm.response_length': 5, 'error.type': null, 'gen_ai.usage.input_tokens': 3 },
    ],
    [
      'have it once beside deltas',
      of({ type: 'response.output_text.delta', delta: 'Hello' }, end),
      { 'llm.response_length': 5 },
    ],
    [
      'may be one document in an event',
      of({ ...end.response, object: 'response' }),
      { 'llm.response_length': 5, 'error.type': null },
    ],
  ]);
});
