import type { ApiPath } from './model-streams';

/** What a client reads of an answer, in any API. */
export interface ReadAnswer {
  readonly text: string;
  readonly finish: unknown;
  /** The names of the tools that the client has to call. */
  readonly calls: readonly unknown[];
  /** Input and output tokens; undefined if they are not reported. */
  readonly tokens: readonly [unknown, unknown] | undefined;
  /** The message of an error in the stream. */
  readonly error: unknown;
  /** True if the stream has the mark of its end. */
  readonly isComplete: boolean;
}

/** The member of a JSON value at a path; undefined if there is none. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((part, key) => (part as Record<string | number, unknown> | undefined | null)?.[key], value);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const pair = (input: unknown, output: unknown): ReadAnswer['tokens'] =>
  input === undefined && output === undefined ? undefined : [input, output];

/** The records of a stream. */
export function recordsIn(api: ApiPath, stream: string): unknown[] {
  const lines = stream.split('\n');
  const texts =
    api === '/api/chat'
      ? lines
      : lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []));
  return texts.filter((line) => line !== '' && line !== '[DONE]').map((line) => JSON.parse(line) as unknown);
}

/** Reads the stream of an answer. */
export function readStream(api: ApiPath, stream: string): ReadAnswer {
  const records = recordsIn(api, stream);
  const errors = records.map(
    (record) => at(record, 'error', 'message') ?? at(record, 'response', 'error', 'message') ?? at(record, 'error'),
  );
  const error = errors.find((one) => one !== undefined && one !== null);
  return { ...streamReaders[api](records, stream), error };
}

type StreamReader = (records: readonly unknown[], stream: string) => Omit<ReadAnswer, 'error'>;

const streamReaders: Readonly<Record<ApiPath, StreamReader>> = {
  '/api/chat': (records) => {
    const last = records.at(-1);
    return {
      text: records.map((record) => text(at(record, 'message', 'content'))).join(''),
      finish: at(last, 'done_reason'),
      calls: records
        .flatMap((record) => list(at(record, 'message', 'tool_calls')))
        .map((call) => at(call, 'function', 'name')),
      tokens: pair(at(last, 'prompt_eval_count'), at(last, 'eval_count')),
      isComplete: at(last, 'done') === true,
    };
  },
  '/v1/chat/completions': (records, stream) => {
    const choices = records.flatMap((record) => list(at(record, 'choices')));
    const usage = records.map((record) => at(record, 'usage')).find((one) => one !== undefined);
    return {
      text: choices.map((choice) => text(at(choice, 'delta', 'content'))).join(''),
      finish: at(choices.at(-1), 'finish_reason'),
      calls: choices
        .flatMap((choice) => list(at(choice, 'delta', 'tool_calls')))
        .map((call) => at(call, 'function', 'name')),
      tokens: pair(at(usage, 'prompt_tokens'), at(usage, 'completion_tokens')),
      isComplete: stream.endsWith('data: [DONE]\n\n'),
    };
  },
  '/v1/responses': (records) => {
    const last = records.at(-1);
    const deltas = records.filter((record) => at(record, 'type') === 'response.output_text.delta');
    return {
      ...readDocument('/v1/responses', at(last, 'response')),
      text: deltas.map((record) => text(at(record, 'delta'))).join(''),
      isComplete: ['response.completed', 'response.incomplete'].includes(text(at(last, 'type'))),
    };
  },
  '/v1/messages': (records) => {
    const end = records.find((record) => at(record, 'type') === 'message_delta');
    const blocks = records.map((record) => at(record, 'content_block'));
    return {
      text: records.map((record) => text(at(record, 'delta', 'text'))).join(''),
      finish: at(end, 'delta', 'stop_reason'),
      calls: blocks.filter((block) => at(block, 'type') === 'tool_use').map((block) => at(block, 'name')),
      tokens: pair(at(end, 'usage', 'input_tokens'), at(end, 'usage', 'output_tokens')),
      isComplete: at(records.at(-1), 'type') === 'message_stop',
    };
  },
};

/** Reads a whole answer. */
export const readDocument = (api: ApiPath, body: unknown): ReadAnswer => ({
  ...documentReaders[api](body),
  error: at(body, 'error', 'message') ?? at(body, 'error') ?? undefined,
  isComplete: true,
});

const documentReaders: Readonly<Record<ApiPath, (body: unknown) => Omit<ReadAnswer, 'error' | 'isComplete'>>> = {
  '/api/chat': (body) => ({
    text: text(at(body, 'message', 'content')),
    finish: at(body, 'done_reason'),
    calls: list(at(body, 'message', 'tool_calls')).map((call) => at(call, 'function', 'name')),
    tokens: pair(at(body, 'prompt_eval_count'), at(body, 'eval_count')),
  }),
  '/v1/chat/completions': (body) => ({
    text: text(at(body, 'choices', 0, 'message', 'content')),
    finish: at(body, 'choices', 0, 'finish_reason'),
    calls: list(at(body, 'choices', 0, 'message', 'tool_calls')).map((call) => at(call, 'function', 'name')),
    tokens: pair(at(body, 'usage', 'prompt_tokens'), at(body, 'usage', 'completion_tokens')),
  }),
  '/v1/responses': (body) => {
    const items = list(at(body, 'output'));
    const parts = items.filter((item) => at(item, 'type') === 'message').flatMap((item) => list(at(item, 'content')));
    return {
      text: parts.map((part) => text(at(part, 'text'))).join(''),
      finish: at(body, 'status'),
      calls: items.filter((item) => at(item, 'type') === 'function_call').map((item) => at(item, 'name')),
      tokens: pair(at(body, 'usage', 'input_tokens'), at(body, 'usage', 'output_tokens')),
    };
  },
  '/v1/messages': (body) => {
    const blocks = list(at(body, 'content'));
    return {
      text: blocks.map((block) => text(at(block, 'text'))).join(''),
      finish: at(body, 'stop_reason'),
      calls: blocks.filter((block) => at(block, 'type') === 'tool_use').map((block) => at(block, 'name')),
      tokens: pair(at(body, 'usage', 'input_tokens'), at(body, 'usage', 'output_tokens')),
    };
  },
};
