import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/version';
import { dispose, log, prepare, reads } from './handler';
import { fields } from './schema';

/** Tells of every LLM call with a span and metrics, after the client has its answer. */
export const llmTelemetry = definePlugin({
  name: 'llm-telemetry',
  version: VERSION,
  priority: 11,
  fields,
  onError: 'pass',
  prepare,
  dispose,
  log: { reads, handle: log },
});
