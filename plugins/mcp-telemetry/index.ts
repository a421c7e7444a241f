import { definePlugin } from '../../kong/pdk';
import { createRedactor } from '../shared/redact';
import { VERSION } from '../shared/version';
import { isAccessWanted } from './access';
import { access, accessReads, log, reads } from './handler';
import { fields } from './schema';
import { dispose, prepare } from './state';

/**
 * Tells of every MCP message with a span and metrics, after the client has its answer. Its access phase is for the
 * options that need it, and Kong is told of it on demand only.
 */
export const mcpTelemetry = definePlugin({
  name: 'mcp-telemetry',
  version: VERSION,
  priority: 10,
  fields,
  onError: 'pass',
  check: ({ redact_patterns }) => {
    createRedactor(redact_patterns);
  },
  prepare,
  dispose,
  access: { reads: accessReads, onDemand: true, isWanted: isAccessWanted, handle: access },
  log: { reads, handle: log },
});
