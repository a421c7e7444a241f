/** A call that a scripted model makes. */
export interface ScriptedCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model writes it. */
  readonly args: string;
}

/** One answer of a scripted model. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly ScriptedCall[];
  /** False: without counts. */
  readonly usage?: false;
}

/** The four APIs of the agent. */
export const APIS = ['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages'] as const;
/** One of {@link APIS}. */
export type ApiPath = (typeof APIS)[number];

/** Tokens of each turn. */
export const TURN_TOKENS = { input: 10, output: 5 };

/** The records of a turn as the API streams them, and their text. */
export function streamOf(api: ApiPath, turn: ScriptedTurn): string {
  const records = recordsOf[api](turn);
  if (api === '/api/chat') return records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const events = records.map((record) => {
    const { type } = record as { type?: string };
    return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(record)}\n\n`;
  });
  return events.join('') + (api === '/v1/chat/completions' ? 'data: [DONE]\n\n' : '');
}

/** The media type of the streams. */
export const typeOf = (api: ApiPath): string => (api === '/api/chat' ? 'application/x-ndjson' : 'text/event-stream');

/** Arguments in pieces of a few characters. */
const piecesOf = (text: string): string[] => text.match(/[\s\S]{1,3}/g) ?? [];

const recordsOf: Readonly<Record<ApiPath, (turn: ScriptedTurn) => object[]>> = {
  '/api/chat': ollamaRecords,
  '/v1/chat/completions': chatRecords,
  '/v1/responses': responsesRecords,
  '/v1/messages': messagesRecords,
};

function ollamaRecords({ text = '', thinking, calls = [], usage }: ScriptedTurn): object[] {
  const record = (message: object, rest: object = { done: false }): object => ({
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: '', ...message },
    ...rest,
  });
  const counts = { prompt_eval_count: TURN_TOKENS.input, eval_count: TURN_TOKENS.output };
  return [
    ...(thinking === undefined ? [] : [record({ thinking })]),
    ...piecesOf(text).map((content) => record({ content })),
    ...calls.map(({ id, name, args }) =>
      record({ tool_calls: [{ id, function: { name, arguments: parsedOr(args) } }] }),
    ),
    record({}, { done: true, done_reason: 'stop', ...(usage !== false && counts) }),
  ];
}

/** Ollama parses the arguments itself; what it cannot parse stays text here. */
function parsedOr(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}

function chatRecords({ text = '', thinking, calls = [], usage }: ScriptedTurn): object[] {
  const chunk = (delta: object, reason: string | null = null): object => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  // The pieces of all calls are interleaved.
  const heads = calls.map(({ id, name }, index) =>
    chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
  );
  const pieces = calls.map(({ args }) => piecesOf(args));
  const rounds = Math.max(0, ...pieces.map(({ length }) => length));
  const rest = Array.from({ length: rounds }, (_, at) =>
    pieces.flatMap((list, index) => {
      const piece = list[at];
      return piece === undefined ? [] : [chunk({ tool_calls: [{ index, function: { arguments: piece } }] })];
    }),
  );
  const counts = { prompt_tokens: TURN_TOKENS.input, completion_tokens: TURN_TOKENS.output, total_tokens: 15 };
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(thinking === undefined ? [] : [chunk({ reasoning_content: thinking })]),
    ...piecesOf(text).map((content) => chunk({ content })),
    ...heads,
    ...rest.flat(),
    chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    ...(usage === false ? [] : [{ ...chunk({}), choices: [], usage: counts }]),
  ];
}

let responses = 0;

function responsesRecords({ text = '', thinking, calls = [], usage }: ScriptedTurn): object[] {
  responses += 1;
  const id = `resp_${responses}`;
  const response = (status: string, output: object[], rest: object = {}): object => ({
    id,
    object: 'response',
    created_at: 1,
    model: 'm',
    status,
    output,
    tools: [],
    ...rest,
  });
  const items: object[] = [];
  const events: object[] = [{ type: 'response.created', response: response('in_progress', []) }];
  const add = (item: object, between: (place: object) => object[]): void => {
    const place = { output_index: items.length, item_id: (item as { id: string }).id };
    events.push(
      { type: 'response.output_item.added', ...place, item: { ...item, status: 'in_progress' } },
      ...between(place),
      { type: 'response.output_item.done', ...place, item },
    );
    items.push(item);
  };
  if (thinking !== undefined)
    add({ id: `rs_${id}`, type: 'reasoning', summary: [], encrypted_content: thinking }, () => []);
  if (text !== '') {
    const content = [{ type: 'output_text', text, annotations: [] }];
    add({ id: `msg_${id}`, type: 'message', role: 'assistant', status: 'completed', content }, (place) =>
      piecesOf(text).map((delta) => ({ type: 'response.output_text.delta', content_index: 0, ...place, delta })),
    );
  }
  for (const { id: callId, name, args } of calls) {
    const item = {
      id: `fc_${callId}`,
      type: 'function_call',
      call_id: callId,
      name,
      arguments: args,
      status: 'completed',
    };
    add(item, (place) =>
      piecesOf(args).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
    );
  }
  const counts = { input_tokens: TURN_TOKENS.input, output_tokens: TURN_TOKENS.output, total_tokens: 15 };
  const whole = response('completed', items, usage === false ? {} : { usage: counts });
  events.push({ type: 'response.completed', response: whole });
  return events;
}

function messagesRecords({ text = '', thinking, calls = [], usage }: ScriptedTurn): object[] {
  const counts = usage === false ? {} : { input_tokens: TURN_TOKENS.input, output_tokens: 1 };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    usage: counts,
  };
  const events: object[] = [{ type: 'message_start', message }, { type: 'ping' }];
  let index = 0;
  const add = (block: object, deltas: object[]): void => {
    events.push(
      { type: 'content_block_start', index, content_block: block },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    );
    index += 1;
  };
  if (thinking !== undefined) {
    add({ type: 'thinking', thinking: '', signature: '' }, [
      ...piecesOf(thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature: 'c2ln' },
    ]);
  }
  if (text !== '')
    add(
      { type: 'text', text: '' },
      piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece })),
    );
  for (const { id, name, args } of calls) {
    add(
      { type: 'tool_use', id, name, input: {} },
      piecesOf(args).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
    );
  }
  events.push(
    {
      type: 'message_delta',
      delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: usage === false ? {} : { output_tokens: TURN_TOKENS.output },
    },
    { type: 'message_stop' },
  );
  return events;
}
