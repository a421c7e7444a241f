import { definePlugin, readUpstreamHealth } from '../../kong/pdk';
import { telemetryDeclaration } from '../shared/telemetry/telemetry-declaration';
import { access, accessReads, log, reads } from './handler';
import { fields, fieldsWithAccess } from './schema';
import { dispose, prepare } from './state';

/**
 * Emits an OpenTelemetry span and metrics for every MCP message, in the log phase: after the client has received the response.
 * The access phase is used only by options that need it; Kong runs it only if `dump --for` finds them in a configuration,
 * or `dump --phases` names it.
 */
export const mcpTelemetry = definePlugin({
  ...telemetryDeclaration,
  name: 'mcp-telemetry',
  priority: 10,
  fields,
  prepare: (config, resources) => prepare(config, resources, readUpstreamHealth),
  dispose,
  access: { reads: accessReads, onDemand: true, neededBy: fieldsWithAccess, handle: access },
  log: { reads, handle: log },
});
