import { ndjson } from '../../../support/exchange';
import { messages, TestedPlugin, type Exchange } from './run-llm-telemetry';

describe('no span and no metric', () => {
  it.each<[string, Exchange]>([
    [
      'for a model that is only loaded',
      { request: { model: 'm', messages: [] }, response: ndjson({ done: true, done_reason: 'load' }) },
    ],
    [
      'for a model that is only loaded by generate',
      { path: '/api/generate', request: { model: 'm' }, response: ndjson({ done: true }) },
    ],
    ['for a path that is not on the list', { path: '/api/chat/x', request: { model: 'm', messages } }],
    ['for a preflight', { method: 'OPTIONS', source: 'kong', tries: [] }],
    ['for a rejection by a plugin', { status: 429, source: 'kong', tries: [] }],
  ])('%s', async (_name, exchange) => {
    const plugin = new TestedPlugin();
    await plugin.log(exchange);
    expect(plugin.spans).toEqual([]);
    expect(await plugin.metrics.registry.metrics()).not.toMatch(/_seconds_count/);
  });
});
