import { definePlugin } from '../../kong/pdk';
import { IDENTITY_KEY } from '../shared/mcp/identity';
import { VERSION } from '../shared/runtime/version';
import { access, accessReads } from './handler';
import { log, logReads } from './log';
import { compileRules } from './rules';
import { fields, fieldsWithLog } from './schema';
import { dispose, prepare } from './state';

/** Makes an MCP server behind the gateway an OAuth 2.1 resource server: proves access tokens and says who calls. */
export const mcpAuth = definePlugin({
  name: 'mcp-auth',
  version: VERSION,
  priority: 1010,
  onError: 'reject',
  shares: [IDENTITY_KEY],
  fields,
  check: compileRules,
  prepare,
  dispose,
  access: { reads: accessReads, handle: access },
  log: { reads: logReads, neededBy: fieldsWithLog, handle: log },
});
