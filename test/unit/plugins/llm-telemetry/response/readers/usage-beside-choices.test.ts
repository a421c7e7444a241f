import { sse } from '../../../../../support/exchange';
import { readAll } from './read-response';

describe('usage beside choices', () => {
  const record = (prompt_tokens: number, completion_tokens: number) => ({
    model: 'm',
    choices: [{ index: 0, text: 'a', delta: { content: 'a' } }],
    usage: { prompt_tokens, completion_tokens },
  });

  it.each<[string, object[], number | undefined, number | undefined]>([
    ['is so far what it is, and the last one counts', [record(5, 0), record(5, 1), record(5, 2)], 5, 2],
    ['is not there yet where it is 0', [record(5, 0)], 5, undefined],
    ['is never put back by a placeholder', [record(5, 2), record(0, 0)], 5, 2],
    ['yields to the one without choices', [record(5, 1), { ...record(5, 9), choices: [] }], 5, 9],
  ])('%s', (_name, records, input, output) => {
    for (const api of ['openai_chat', 'openai_completions'] as const) {
      const response = readAll(api, 'sse', [Buffer.from(sse(...records))]);
      expect([response.inputTokens, response.outputTokens]).toEqual([input, output]);
    }
  });
});
