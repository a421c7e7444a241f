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

const METRICS = {
  input: 'gen_ai_client_inference_usage_input_tokens_total',
  output: 'gen_ai_client_inference_usage_output_tokens_total',
};

/** Reads NDJSON as it comes, with the time at which each piece came. */
async function* records(response: Response): AsyncGenerator<{ record: ChatRecord; atMs: number }> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { record: JSON.parse(line) as ChatRecord, atMs: Date.now() };
  }
}

it('streams a chat piece by piece, and tells of it to the token', async () => {
  const session = `e2e-${Date.now()}`;
  const tokens = () => Promise.all([METRICS.input, METRICS.output].map((name) => total(gateway.pluginServerUrl, name)));
  const before = await tokens();

  const response = await fetch(`${gateway.proxyUrl}/ollama/api/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Session-Id': session },
    body: JSON.stringify({ model: 'llama3.2', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
  });
  const seen: { record: ChatRecord; atMs: number }[] = [];
  for await (const piece of records(response)) seen.push(piece);
  const [first, last] = [seen[0]!, seen.at(-1)!];
  expect(last.record.done).toBe(true);
  // The first piece was here before the last one was made: nothing held the stream back.
  expect(first.atMs).toBeLessThan(Date.parse(last.record.created_at));

  const { prompt_eval_count: input = 0, eval_count: output = 0 } = last.record;
  expect(input).toBeGreaterThan(0);
  const attributes = await eventually('the span', async () => (await spanOf(session))?.attributes);
  expect(attributes).toMatchObject({
    'gen_ai.request.model': 'llama3.2',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
    'llm.token_count.prompt': input,
    'llm.token_count.completion': output,
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
  });
  const added = await eventually('the tokens', async () => {
    const now = await tokens();
    const differences = now.map((value, index) => value - before[index]!);
    return differences[0]! > 0 && differences;
  });
  expect(added).toEqual([input, output]);
});

async function spanOf(session: string): Promise<PhoenixSpan | undefined> {
  const response = await fetch(`${gateway.proxyUrl}/phoenix/v1/projects/ollama/spans`);
  if (!response.ok) return undefined;
  const { data } = (await response.json()) as { data: PhoenixSpan[] };
  return data.find(({ attributes }) => attributes['session.id'] === session);
}

it('passes what is not a model call without a span', async () => {
  const response = await fetch(`${gateway.proxyUrl}/ollama/api/version`);
  expect(await response.json()).toEqual({ version: expect.any(String) });
});
