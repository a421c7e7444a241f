import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/runtime/version';
import { createRedactor } from '../shared/telemetry/redaction/redact';
import { isAccessWanted } from './access';
import { access, accessReads, log, reads } from './handler';
import { fields } from './schema';
import { dispose, prepare } from './state';

/**
 * Emits a span and metrics for every MCP message, after the client has its response. Its access phase is for the options
 * that need it; Kong learns of it only from `dump --with-access`.
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
