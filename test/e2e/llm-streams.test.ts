import { eventually, gateway, total } from './gateway';

interface ChatRecord {
  readonly created_at: string;
  readonly done: boolean;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

interface PhoenixSpan {
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a client received of one stream. */
interface Stream {
  /** The request id. */
  readonly requestId: string;
  readonly firstAtMs: number;
  readonly last: ChatRecord;
}

/** Sends a chat request and reads the response while it arrives. */
async function chat(session: string, question = 'Why is the sky blue?'): Promise<Stream> {
  const response = await fetch(`${gateway.proxyUrl}/ollama/api/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Session-Id': session },
    body: JSON.stringify({ model: 'llama3.2', messages: [{ role: 'user', content: question }] }),
  });
  expect(response.status).toBe(200);
  let text = '';
  let firstAtMs = Infinity;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    firstAtMs = Math.min(firstAtMs, Date.now());
    text += Buffer.from(chunk).toString();
  }
  const requestId = response.headers.get('x-kong-request-id') ?? '';
  return { requestId, firstAtMs, last: JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as ChatRecord };
}

/** Expects that the first part arrived before the last one was sent: nothing delayed the stream. */
function expectStreamed({ firstAtMs, last }: Stream): void {
  expect(last.done).toBe(true);
  expect(firstAtMs).toBeLessThan(Date.parse(last.created_at));
}

async function spans(): Promise<PhoenixSpan[]> {
  const response = await fetch(`${gateway.proxyUrl}/phoenix/v1/projects/ai-gateway/spans?limit=1000`);
  return response.ok ? ((await response.json()) as { data: PhoenixSpan[] }).data : [];
}

const tokenTotals = (): Promise<number[]> =>
  Promise.all(
    ['input', 'output'].map((kind) =>
      total(gateway.pluginServerUrl, `gen_ai_client_inference_usage_${kind}_tokens_total`),
    ),
  );

/** Waits until the counters have grown by exactly the tokens of the streams: each is counted once. */
async function expectCounted(before: readonly number[], streams: readonly Stream[]): Promise<void> {
  const sum = (of: (record: ChatRecord) => number | undefined) =>
    streams.reduce((total, { last }) => total + (of(last) ?? NaN), 0);
  const expected = [sum((record) => record.prompt_eval_count), sum((record) => record.eval_count)];
  const added = await eventually('all tokens', async () => {
    const differences = (await tokenTotals()).map((value, index) => value - before[index]!);
    return differences.every((difference, index) => difference >= expected[index]!) && differences;
  });
  expect(added).toEqual(expected);
}

it('streams a chat in pieces, and records its exact token usage', async () => {
  const session = `e2e-${Date.now()}`;
  const before = await tokenTotals();
  const stream = await chat(session);
  expectStreamed(stream);
  const span = await eventually('the span', async () =>
    (await spans()).find(({ attributes }) => attributes['kong.request_id'] === stream.requestId),
  );
  const { prompt_eval_count: input, eval_count: output } = stream.last;
  expect(span.attributes).toMatchObject({
    'gen_ai.request.model': 'llama3.2',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
    'llm.token_count.prompt': input,
    'llm.token_count.completion': output,
    // It is not the id itself.
    'session.id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    'gen_ai.response.time_to_first_chunk': expect.any(Number) as unknown,
  });
  await expectCounted(before, [stream]);
});

it('streams fifty chats at the same time, and records each of them', async () => {
  const prefix = `e2e-many-${Date.now()}-`;
  const before = await tokenTotals();
  const streams = await Promise.all(Array.from({ length: 50 }, (_, index) => chat(`${prefix}${index}`)));
  streams.forEach(expectStreamed);
  await expectCounted(before, streams);
  await eventually('fifty spans', async () => {
    const sessions = new Map(
      (await spans()).map(({ attributes }) => [attributes['kong.request_id'], attributes['session.id']]),
    );
    return new Set(streams.map(({ requestId }) => sessions.get(requestId)).filter(Boolean)).size === 50;
  });
});

it('forwards requests that are not model calls', async () => {
  const response = await fetch(`${gateway.proxyUrl}/ollama/api/version`);
  expect(await response.json()).toEqual({ version: expect.any(String) as unknown });
});
