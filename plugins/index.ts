import type { Plugin } from '../kong/pdk';
import { llmMcpAgent } from './llm-mcp-agent';
import { llmTelemetry } from './llm-telemetry';
import { mcpAuth } from './mcp-auth';
import { mcpGuard } from './mcp-guard';
import { mcpTelemetry } from './mcp-telemetry';
import { mcpToolRateLimit } from './mcp-tool-rate-limit';
import { mcpValidator } from './mcp-validator';

/** The suite at a glance, in the order in which Kong runs it. */
export const plugins: readonly Plugin[] = [
  mcpAuth,
  mcpGuard,
  mcpValidator,
  mcpToolRateLimit,
  llmMcpAgent,
  llmTelemetry,
  mcpTelemetry,
];
