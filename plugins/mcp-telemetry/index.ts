import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/version';
import { isAccessWanted } from './access';
import { access, accessReads, log, reads } from './handler';
import { fields } from './schema';
import { dispose, prepare } from './state';

/**
 * Tells of every MCP message with a span and metrics, after the client has its answer. Its access phase does nothing
 * unless an option asks for it.
 */
export const mcpTelemetry = definePlugin({
  name: 'mcp-telemetry',
  version: VERSION,
  priority: 10,
  fields,
  onError: 'pass',
  prepare,
  dispose,
  access: { reads: accessReads, isWanted: isAccessWanted, handle: access },
  log: { reads, handle: log },
});
