import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { ndjson } from '../../../support/exchange';
import { TestedPlugin } from './run-llm-telemetry';

const request = { model: 'm', messages: [{ role: 'user', content: 'secret question' }] };
const answer = ndjson(
  { message: { content: 'secret response' } },
  { done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: 2 },
);
const common = {
  service: 'kong-llm-telemetry',
  request_id: 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  method: 'chat',
  api: 'ollama_chat',
  backend: 'ollama',
  route: 'ollama-route',
};

describe('the log', () => {
  it('has one line for a failed call, without secrets', async () => {
    const plugin = new TestedPlugin();
    const response = '{"error":"model of ann@example.com not found"}';
    await plugin.log({ request, response, status: 404, contentType: 'application/json' });
    expect(plugin.lines).toEqual([
      {
        level: 'warn',
        message: 'failed',
        fields: {
          ...common,
          model: 'm',
          streaming: true,
          duration_ms: 500,
          status: 404,
          error_type: '404',
          error: 'model of __REDACTED__ not found',
        },
      },
    ]);
  });

  it('has one line for a call that a plugin rejected', async () => {
    const plugin = new TestedPlugin();
    const requestHeaders = { 'x-session-id': 's-1' };
    await plugin.log({ status: 401, source: 'kong', tries: [], requestHeaders });
    expect(plugin.lines).toEqual([
      {
        level: 'warn',
        message: 'rejected',
        fields: { ...common, session_id: sessionHashOf(undefined, {})('s-1'), status: 401, duration_ms: 500 },
      },
    ]);
  });

  it('has no line for a successful call without audit', async () => {
    const silent = new TestedPlugin();
    await silent.log({ request, response: answer });
    expect(silent.lines).toEqual([]);
    const auditing = new TestedPlugin({ audit: true });
    await auditing.log({ request, response: answer });
    expect(auditing.lines).toMatchObject([
      { level: 'info', message: 'model called', fields: { ...common, input_tokens: 5, output_tokens: 2, status: 200 } },
    ]);
    expect(JSON.stringify(auditing.lines)).not.toContain('secret');
  });

  it('has the level error for a failure of the server', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({ request, status: 502, source: 'kong' });
    expect(plugin.lines).toMatchObject([{ level: 'error', fields: { error_type: 'upstream_unreachable' } }]);
  });
});
