import { findModel } from '../../../../../docker/upstreams/ollama/models';
import { evalCount, MAX_TOKENS, replyTo, type Question } from '../../../../../docker/upstreams/ollama/reply';

const ask = (name: string, question: Partial<Question> = {}): Question => ({
  model: findModel(name)!,
  prompt: 'Why is the sky blue?',
  tools: [],
  think: false,
  json: false,
  numPredict: -1,
  stop: [],
  ...question,
});
const textOf = (question: Question): string =>
  replyTo(question)
    .parts.map((part) => (part.kind === 'content' ? part.text : ''))
    .join('');
const weather = { function: { name: 'get_weather', parameters: { properties: { city: { type: 'string' } } } } };

describe('replyTo', () => {
  it('answers the same question with the same tokens', () => {
    expect(replyTo(ask('llama3.2'))).toEqual(replyTo(ask('llama3.2')));
    expect(textOf(ask('llama3.2'))).toContain('"Why is the sky blue?"');
    expect(replyTo(ask('llama3.2')).doneReason).toBe('stop');
  });

  it('counts its tokens', () => {
    const { parts } = replyTo(ask('llama3.2'));
    expect(evalCount(parts)).toBe(parts.length);
  });

  it.each([
    ['llama3.2', 3, 3, 'length'],
    ['llama3.2', 0, expect.any(Number) as number, 'stop'],
    ['demo-long', -1, MAX_TOKENS, 'length'],
    ['demo-long', 1e9, MAX_TOKENS, 'length'],
  ])('%s with num_predict %d', (name, numPredict, count, doneReason) => {
    const reply = replyTo(ask(name, { numPredict }));
    expect({ count: evalCount(reply.parts), doneReason: reply.doneReason }).toEqual({ count, doneReason });
  });

  it('calls a tool instead of answering, and uses the result of the tool', () => {
    const prompt = 'What is the weather in Paris?';
    const [part] = replyTo(ask('llama3.2', { prompt, tools: [weather] })).parts;
    expect(part).toMatchObject({ kind: 'tool_calls', calls: [{ function: { arguments: { city: 'Paris' } } }] });
    expect(part?.tokens).toBeGreaterThan(5);
    expect(textOf(ask('llama3.2', { prompt, tools: [weather], toolResult: '11 degrees' }))).toContain('11 degrees');
  });

  it("answers a calculation with the calculator's result", () => {
    expect(textOf(ask('llama3.1:8b', { prompt: 'Calculate 5 + 3', toolResult: '8' }))).toBe('5 + 3 = 8');
    expect(textOf(ask('llama3.1:8b', { prompt: 'Calculate 5 + 3', toolResult: 'no' }))).toBe('The tool says: "no"');
  });

  it('never cuts a tool call', () => {
    const prompt = 'weather in Paris';
    const reply = replyTo(ask('llama3.2', { prompt, tools: [weather], numPredict: 1 }));
    expect(reply.parts).toHaveLength(1);
  });

  it('thinks first if requested', () => {
    const kinds = replyTo(ask('qwen3', { think: true })).parts.map((part) => part.kind);
    expect(kinds.lastIndexOf('thinking')).toBeLessThan(kinds.indexOf('content'));
    expect(kinds[0]).toBe('thinking');
  });

  it('ends before a stop word', () => {
    expect(textOf(ask('llama3.2', { stop: ['', 'demo', 'model'] }))).toMatch(/This is a $/);
  });

  it('writes JSON if requested, whatever the prompt contains', () => {
    const prompt = `"\\\ud83d ${'x'.repeat(200)}`;
    expect(JSON.parse(textOf(ask('llama3.2', { prompt, json: true })))).toHaveProperty('answer');
  });

  it('fails if the model is the broken one', () => {
    expect(replyTo(ask('demo-broken'))).toMatchObject({
      parts: { length: 5 },
      failure: expect.stringContaining('demo model always fails') as string,
    });
  });
});
