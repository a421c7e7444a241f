import { definePlugin } from '../../kong/pdk';
import { access, accessReads, prepare } from './handler';
import { fields } from './schema';

/** Refuses what is not a well-formed, allowed MCP message before it reaches the server. */
export const mcpValidator = definePlugin({
  name: 'mcp-validator',
  version: '0.1.0',
  priority: 930,
  onError: 'refuse',
  fields,
  prepare,
  access: { reads: accessReads, handle: access },
});
