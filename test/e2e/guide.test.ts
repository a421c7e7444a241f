import { gateway, postMcp, toolCall } from './gateway';

interface Called {
  readonly function: { readonly name: string; readonly arguments: object };
}

const ADD = {
  type: 'function',
  function: {
    name: 'add',
    description: 'Add two numbers',
    parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
  },
};

async function chat(messages: readonly object[]): Promise<{ content: string; tool_calls?: readonly Called[] }> {
  const response = await fetch(`${gateway.proxyUrl}/ollama/api/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'llama3.1:8b', stream: false, messages, tools: [ADD] }),
  });
  return ((await response.json()) as { message: { content: string; tool_calls?: readonly Called[] } }).message;
}

it('lets the model call the calculator and use the result', async () => {
  const question = { role: 'user', content: 'Calculate 5 + 3' };
  const asked = await chat([question]);
  const [called] = asked.tool_calls ?? [];
  expect(called?.function).toMatchObject({ name: 'add', arguments: { a: 5, b: 3 } });
  const response = await postMcp('py-calculator', toolCall('add', called?.function.arguments ?? {}));
  const { result } = (await response.json()) as { result: { content: readonly { text: string }[] } };
  const answer = await chat([
    question,
    { role: 'assistant', ...asked },
    { role: 'tool', content: result.content[0]?.text },
  ]);
  expect(answer.content).toBe('5 + 3 = 8');
});
