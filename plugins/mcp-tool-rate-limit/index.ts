import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/runtime/version';
import { checkConfig } from './check-config';
import { access, accessReads, bodyReads, isBodyNeeded } from './handler';
import { fields } from './schema';
import { dispose, prepare } from './state';

/** Limits how often callers may use each tool, prompt or resource of an MCP server. */
export const mcpToolRateLimit = definePlugin({
  name: 'mcp-tool-rate-limit',
  version: VERSION,
  priority: 905,
  onError: 'reject',
  fields,
  check: checkConfig,
  prepare,
  dispose,
  access: { reads: accessReads, more: { reads: bodyReads, isNeeded: isBodyNeeded }, handle: access },
});
