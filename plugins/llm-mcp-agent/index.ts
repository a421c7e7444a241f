import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/runtime/version';
import { access, reads } from './handler';
import { dispose, prepare } from './prepare';
import { checkConfig, fields } from './schema';

/**
 * Runs the tool calls of a model at the gateway: calls the model and the MCP tools through Kong's own routes as the caller,
 * until the model has its answer. The access phase admits a request; the HTTP listener of the plugin server answers it.
 */
export const llmMcpAgent = definePlugin({
  name: 'llm-mcp-agent',
  version: VERSION,
  priority: 900,
  onError: 'reject',
  fields,
  check: checkConfig,
  prepare,
  dispose,
  access: { reads, handle: access },
});
