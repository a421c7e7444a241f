import fc from 'fast-check';
import { apiAt, modelInPath, type ApiName } from '../../../../plugins/llm-telemetry/request/apis';
import { ndjson } from '../../../support/exchange';
import { messages, TestedPlugin, type Exchange } from './run-llm-telemetry';

describe('the API at a path', () => {
  it.each<[string, ApiName]>([
    ['/api/chat', 'ollama_chat'],
    ['/ollama/api/chat', 'ollama_chat'],
    ['/api/generate', 'ollama_generate'],
    ['/api/embed', 'ollama_embed'],
    ['/api/embeddings', 'ollama_embeddings'],
    ['/v1/chat/completions', 'openai_chat'],
    ['/v1/chat/completions/', 'openai_chat'],
    ['/v1/chat/completions?api-version=2024-10-21', 'openai_chat'],
    ['//v1//chat/completions//?a=/api/chat', 'openai_chat'],
    ['/chat/completions', 'openai_chat'],
    ['/api/v1/chat/completions', 'openai_chat'],
    ['/api/chat/completions', 'openai_chat'],
    ['/openai/deployments/gpt-4o/chat/completions', 'openai_chat'],
    ['/OpenAI/Deployments/gpt-4o/Chat/Completions', 'openai_chat'],
    ['/openai/v1/chat/completions', 'openai_chat'],
    ['/v1beta/openai/chat/completions', 'openai_chat'],
    ['/compatible-mode/v1/chat/completions', 'openai_chat'],
    ['/inference/v1/chat/completions', 'openai_chat'],
    ['/api/paas/v4/chat/completions', 'openai_chat'],
    ['/v1/completions', 'openai_completions'],
    ['/completions', 'openai_completions'],
    ['/v1/fim/completions', 'openai_completions'],
    ['/openai/deployments/d/completions', 'openai_completions'],
    ['/v1/embeddings', 'openai_embeddings'],
    ['/embeddings', 'openai_embeddings'],
    ['/openai/deployments/d/embeddings', 'openai_embeddings'],
    ['/v1/responses', 'openai_responses'],
    ['/responses', 'openai_responses'],
    ['/openai/responses', 'openai_responses'],
    ['/v1/messages', 'anthropic_messages'],
    ['/messages', 'anthropic_messages'],
    ['/anthropic/v1/messages', 'anthropic_messages'],
  ])('%s is %s', (path, name) => {
    expect(apiAt(path)?.name).toBe(name);
  });

  it.each([
    '/',
    '',
    '/v1/chat',
    '/chat',
    '/v1/chat/completions/chatcmpl-1',
    '/v1/chat/completions/chatcmpl-1/messages/x',
    '/v1/messages/count_tokens',
    '/v1/messages/batches',
    '/v1/messages/batches/b/cancel',
    '/v1/responses/resp_1',
    '/v1/responses/resp_1/cancel',
    '/v1/responses/input_tokens',
    '/v1/threads/thread_1/messages',
    '/v1/models',
    '/api/chats',
    '/xapi/chat',
    '/v1/mycompletions',
    '/v1/images/generations',
    '/api/tags?x=/api/chat',
  ])('%s belongs to no known API', (path) => {
    expect(apiAt(path)).toBeUndefined();
  });

  it('never throws, and a prefix changes nothing', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.string(), (path, junk) => {
        apiAt(junk);
        modelInPath(`/deployments/${junk}/x`);
        expect(apiAt(`${path}/v1/chat/completions`)?.name).toBe('openai_chat');
      }),
    );
  });
});

describe('a POST that was not read', () => {
  const unread = async (exchange: Exchange): Promise<string[]> => {
    const plugin = new TestedPlugin();
    await plugin.log(exchange);
    const text = await plugin.metrics.registry.metrics();
    return [...text.matchAll(/^llm_telemetry_unread_requests_total\{kong_service="ollama",reason="(\w+)"\} 1$/gm)].map(
      ([, reason]) => reason!,
    );
  };
  const good = { request: { model: 'm', messages }, response: ndjson({ done: true, eval_count: 1 }) };

  it.each<[string, Exchange, string[]]>([
    ['is not reported: a call', good, []],
    ['is at a path of no known API', { ...good, path: '/v1/images/generations' }, ['unknown_path']],
    ['is at a path of no known API, and failed', { ...good, path: '/model/m/converse', status: 500 }, ['unknown_path']],
    ['is not reported: the upstream does not know the path', { path: '/wp-login.php', status: 404 }, []],
    ['is not reported: another method', { path: '/v1/models', method: 'GET' }, []],
    [
      'is not reported: a plugin rejected it',
      { path: '/v1/images/generations', status: 401, source: 'kong', tries: [] },
      [],
    ],
    ['is not reported: a command of Ollama', { path: '/api/show' }, []],
    ['is not reported: a request to count tokens', { path: '/v1/messages/count_tokens' }, []],
    ['is not reported: an export of spans', { path: '/v1/traces' }, []],
    ['was not captured', { ...good, captured: false }, ['not_captured']],
    ['has a body that is not JSON', { ...good, request: 'model=m' }, ['request_body']],
    ['has a body in an unknown encoding', { ...good, requestHeaders: { 'content-encoding': 'x' } }, ['request_body']],
    [
      'has a response in an unknown encoding',
      { ...good, responseHeaders: { 'content-encoding': 'x' } },
      ['response_encoding'],
    ],
  ])('%s', async (_name, exchange, reasons) => {
    expect(await unread(exchange)).toEqual(reasons);
  });
});

it('the model in a path is found in upper and lower case', () => {
  expect(modelInPath('/OpenAI/Deployments/gpt-4o/Chat/Completions')).toBe('gpt-4o');
});
