import { LIMITS, readAll } from './read-response';

describe('bounds', () => {
  it('counts text beyond what it keeps', () => {
    const body = JSON.stringify({ response: 'é'.repeat(5000), done: true, eval_count: 1 });
    const response = readAll('ollama_generate', 'document', [Buffer.from(body)], { ...LIMITS, maxTextLength: 100 });
    expect(response).toMatchObject({ textLength: 5000, text: 'é'.repeat(100), outputTokens: 1 });
  });

  it('loses only the record that is larger than its bound', () => {
    const body = `{"response":"${'x'.repeat(500)}"}\n{"response":"ok","done":true,"eval_count":2}\n`;
    const response = readAll('ollama_generate', 'ndjson', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 200 });
    expect(response).toMatchObject({ text: 'ok', outputTokens: 2, partial: true, terminal: true });
  });

  it('keeps the ends of a document larger than its bound', () => {
    const body = JSON.stringify({ model: 'm', response: 'x'.repeat(5000), done: true, eval_count: 2 });
    const response = readAll('ollama_generate', 'document', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 400 });
    expect(response).toMatchObject({ model: 'm', outputTokens: 2, partial: true });
  });

  it('keeps the first 128 tool calls and counts all', () => {
    const calls = Array.from({ length: 300 }, () => ({ function: { name: 'n'.repeat(1000), arguments: {} } }));
    const body = JSON.stringify({ message: { tool_calls: calls }, done: true });
    const response = readAll('ollama_chat', 'document', [Buffer.from(body)], { ...LIMITS, maxBufferBytes: 1e6 });
    expect(response.toolCallCount).toBe(300);
    expect(response.toolCalls).toHaveLength(128);
    expect(response.toolCalls[0]!.name).toHaveLength(256);
  });
});
