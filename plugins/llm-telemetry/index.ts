import { definePlugin } from '../../kong/pdk';
import { telemetryDeclaration } from '../shared/telemetry/telemetry-declaration';
import { isAccessWanted } from './access';
import { access, accessReads, log, reads } from './handler';
import { fields } from './schema';
import { dispose, prepare } from './state';

/**
 * Emits an OpenTelemetry span and metrics for every LLM call, in the log phase: after the client has received the response.
 * The access phase is used only by options that need it; Kong runs it only if the plugin is described by
 * `dump --with-access`.
 */
export const llmTelemetry = definePlugin({
  ...telemetryDeclaration,
  name: 'llm-telemetry',
  priority: 11,
  fields,
  prepare,
  dispose,
  access: { reads: accessReads, onDemand: true, isWanted: isAccessWanted, handle: access },
  log: { reads, handle: log },
});
