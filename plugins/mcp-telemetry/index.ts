import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/version';
import { dispose, log, prepare, reads } from './handler';
import { fields } from './schema';

/** Tells of every MCP message with a span and metrics, after the client has its answer. */
export const mcpTelemetry = definePlugin({
  name: 'mcp-telemetry',
  version: VERSION,
  priority: 10,
  fields,
  onError: 'pass',
  prepare,
  dispose,
  log: { reads, handle: log },
});
