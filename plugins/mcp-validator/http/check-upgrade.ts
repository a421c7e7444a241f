import { asksForWebSocket } from '../../shared/mcp/asks-for-web-socket';
import { httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';

/** MCP over HTTP has no WebSocket: in one, messages would pass that nobody judges. */
export const checkUpgrade = ({ headers }: HttpFacts): Fault | undefined =>
  asksForWebSocket(headers)
    ? httpFault(400, 'web_socket', 'The connection must not become a WebSocket (Upgrade)')
    : undefined;
