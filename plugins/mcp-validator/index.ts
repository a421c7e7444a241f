import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/runtime/version';
import { access, accessReads, isLogWanted, log, logReads, prepare } from './handler';
import { compileRules } from './rules';
import { fields } from './schema';

/** Rejects what is not a well-formed, allowed MCP message before it reaches the server. */
export const mcpValidator = definePlugin({
  name: 'mcp-validator',
  version: VERSION,
  priority: 930,
  onError: 'reject',
  fields,
  check: compileRules,
  prepare,
  access: { reads: accessReads, handle: access },
  log: { reads: logReads, isWanted: isLogWanted, handle: log },
});
