import { Metrics } from '../../../kong/pdk';
import { readConfig } from '../../../kong/pdk/read-config';
import { describeCall } from '../../../plugins/llm-telemetry/call';
import { countCall } from '../../../plugins/llm-telemetry/counting/count-call';
import { modelLabelOf } from '../../../plugins/llm-telemetry/counting/model-label';
import { llmMetricsOf } from '../../../plugins/llm-telemetry/metrics';
import { apiAt } from '../../../plugins/llm-telemetry/request/apis';
import { readRequest } from '../../../plugins/llm-telemetry/request/llm-request';
import { fields as llmFields } from '../../../plugins/llm-telemetry/schema';
import { countExchange } from '../../../plugins/mcp-telemetry/counting/count-exchange';
import { countOperation } from '../../../plugins/mcp-telemetry/counting/count-operation';
import { exchangeMetricsOf, mcpMetricsOf } from '../../../plugins/mcp-telemetry/metrics';
import { describeExchange } from '../../../plugins/mcp-telemetry/operations/describe-exchange';
import { NO_RESPONSES } from '../../../plugins/mcp-telemetry/responses/read-responses';
import { fields as mcpFields } from '../../../plugins/mcp-telemetry/schema';
import { labelsOf } from '../../../plugins/shared/telemetry/labels';
import { logEntryOf } from '../../../plugins/shared/telemetry/log-entry';
import { logRecord } from '../../support/exchange';

/**
 * Strangers choose these names: however many there are, they cost no more than the bounds say. The deciding of labels is
 * flooded with a million of each (here and in `labels.test.ts`), the metrics behind it with as many as they take time for.
 */
const MILLION = 1_000_000;
const FLOOD = 10_000;

const requestOf = (body: string) =>
  readRequest(apiAt('/api/chat')!, { head: Buffer.from(body), tail: Buffer.of(), complete: true });

/** How many series there are; what a scrape has to carry. */
async function seriesOf(metrics: Metrics): Promise<number> {
  return (await metrics.registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

it.each([
  ['that succeed', 200, 51],
  ['that fail', 404, 1],
])('makes few labels of a million models of calls %s', (_, status, count) => {
  const labels = labelsOf(new Metrics(), 'p');
  const api = apiAt('/api/chat')!;
  const request = requestOf('{"messages":[{}]}');
  const entry = logEntryOf(logRecord({ status }))!;
  const base = describeCall({ api, entry, request, response: undefined, capture: undefined });
  const seen = new Set<string>();
  for (let n = 0; n < MILLION; n++) {
    const call = { ...base, request: { ...request, model: `model-${n}` } };
    seen.add(modelLabelOf(labels, call, { known_models: [], max_models: 50 }));
  }
  expect(seen.size).toBe(count);
});

it('bounds the series of any number of models and consumers', async () => {
  const metrics = new Metrics();
  const instruments = llmMetricsOf(metrics);
  const config = readConfig(llmFields, { consumer_label: true, legacy_genai_metrics: true });
  const api = apiAt('/api/chat')!;
  const entry = logEntryOf(logRecord())!;
  const request = requestOf('{"model":"m","messages":[{}]}');
  const base = describeCall({ api, entry, request, response: undefined, capture: undefined });
  const response = { inputTokens: 5, outputTokens: 2, toolCalls: [], timings: { promptEvalMs: 1, evalMs: 2 } } as never;
  for (let n = 0; n < FLOOD; n++) {
    const consumer = { id: `c${n}`, username: `user-${n}` };
    const call = { ...base, response, request: { ...request, model: `model-${n}` }, entry: { ...entry, consumer } };
    countCall(instruments, call, config);
  }
  expect(await seriesOf(metrics)).toBeLessThan(10_000);
  const text = await metrics.registry.metrics();
  expect(text).toContain(`llm_telemetry_label_overflow_total{label="gen_ai_request_model"} ${FLOOD - 50}`);
  expect(text).toContain(`llm_telemetry_label_overflow_total{label="consumer"} ${FLOOD - 200}`);
  expect(text).toMatch(new RegExp(`usage_input_tokens_total.*gen_ai_request_model="_other".* ${5 * (FLOOD - 50)}\n`));
});

it('bounds the series of any number of tools and users', async () => {
  const metrics = new Metrics();
  const instruments = mcpMetricsOf(metrics, 'client');
  const exchanges = exchangeMetricsOf(metrics);
  const config = readConfig(mcpFields, { rate_limit_user_label: true });
  const entry = logEntryOf(logRecord({ responseHeaders: { 'ratelimit-remaining': '3' } }))!;
  const exchange = { entry, capture: undefined, summary: undefined, denial: undefined };
  const response = { error: undefined, isToolError: false, result: {}, ended: true, unaddressed: false };
  const message = { id: 1, method: 'tools/call', name: 'x', parent: undefined, revision: undefined, params: undefined };
  const [base] = describeExchange(exchange, [message], { ...NO_RESPONSES, to: () => response }, (id) => id);
  for (let n = 0; n < FLOOD; n++) {
    const asked = { ...message, name: `tool-${n}`, method: n % 2 === 0 ? 'tools/call' : `method-${n}` };
    countOperation(instruments, { ...base!, message: asked }, config);
    const consumer = { id: `c${n}`, username: `user-${n}` };
    const requestHeaders = { 'mcp-session-id': `s-${n}` };
    countExchange(exchanges, { ...entry, consumer, requestHeaders }, undefined, config);
  }
  expect(await seriesOf(metrics)).toBeLessThan(10_000);
  const text = await metrics.registry.metrics();
  expect(text).toContain(`mcp_telemetry_label_overflow_total{label="gen_ai_tool_name"} ${FLOOD / 2 - 200}`);
  expect(text).toContain(`mcp_telemetry_label_overflow_total{label="user"} ${FLOOD - 200}`);
});
