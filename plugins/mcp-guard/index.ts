import { composePlugins } from '../../kong/pdk';
import { mcpAuth } from '../mcp-auth';
import { mcpToolRateLimit } from '../mcp-tool-rate-limit';
import { mcpValidator } from '../mcp-validator';
import { VERSION } from '../shared/runtime/version';

/** Runs all guards of an MCP route in one event of Kong. A further guard is one more part. */
export const mcpGuard = composePlugins({
  name: 'mcp-guard',
  version: VERSION,
  priority: mcpValidator.priority,
  parts: [mcpAuth, mcpValidator, mcpToolRateLimit],
});
