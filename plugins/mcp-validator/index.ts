import { definePlugin } from '../../kong/pdk';
import { VERSION } from '../shared/runtime/version';
import { access, accessReads, isLogWanted, log, logReads } from './handler';
import { compileRules } from './rules';
import { fields } from './schema';
import { prepare } from './state';

/** Rejects requests that are not well-formed and allowed MCP messages before they reach the server. */
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
