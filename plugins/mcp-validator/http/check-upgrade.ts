import { asksForWebSocket } from '../../shared/mcp/asks-for-web-socket';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';

/** MCP over HTTP does not use WebSockets: no plugin sees the messages in one. */
export const checkUpgrade = ({ headers }: HttpFacts): Fault | undefined =>
  asksForWebSocket(headers) ? httpFault(400, 'web_socket', 'An upgrade to a WebSocket is not allowed') : undefined;
