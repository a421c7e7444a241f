import { definePlugin } from '../../kong/pdk';
import { SUMMARY_KEY } from '../shared/mcp/message-summary';
import { VERSION } from '../shared/runtime/version';
import { access, accessReads } from './handler';
import { CALLER_KEY } from './learning/lists/prepare-list-request';
import { HELD_KEY } from './lists/held-request';
import { log, logReads } from './log';
import { response, responseReads } from './response';
import { compileRules } from './rules';
import { fields, fieldsWithLog, fieldsWithResponse } from './schema';
import { prepare } from './state';

/** Rejects requests that are not well-formed and allowed MCP messages before they reach the server. */
export const mcpValidator = definePlugin({
  name: 'mcp-validator',
  version: VERSION,
  priority: 930,
  onError: 'reject',
  shares: [SUMMARY_KEY, CALLER_KEY, HELD_KEY],
  fields,
  check: compileRules,
  prepare,
  access: { reads: accessReads, handle: access },
  response: { reads: responseReads, neededBy: fieldsWithResponse, handle: response },
  log: { reads: logReads, neededBy: fieldsWithLog, handle: log },
});
