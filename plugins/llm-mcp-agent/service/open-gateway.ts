import type { Agent } from 'undici';
import type { Environment } from '../../../kong/pdk';
import type { GatewayRequest, Send } from '../mcp/post';
import type { Config } from '../schema';

/** Connections to the gateway. */
export interface Gateway {
  readonly send: Send;
  close(): Promise<void>;
}

const DEFAULT_URL = 'http://127.0.0.1:8000';

/** How long a connection may take, in milliseconds. */
const CONNECT_MS = 5_000;

/** Opens connections to the gateway when they are needed, and keeps them. Follows no redirects. */
export function openGateway({ gateway_url, gateway_ssl_verify }: Config, env: Environment): Gateway {
  let agent: Agent | undefined;
  // Loaded with the first run: programs that only describe or check the plugin do not need it, and it takes 90 ms.
  const open = async () => {
    const { Agent, request } = await import('undici');
    agent ??= new Agent({
      connect: { timeout: CONNECT_MS, rejectUnauthorized: gateway_ssl_verify },
      pipelining: 1,
    });
    return { request, dispatcher: agent };
  };
  const base = (gateway_url ?? (env['KONG_AI_GATEWAY_URL']?.trim() || DEFAULT_URL)).replace(/\/$/, '');
  const send = async ({ method, path, headers, body, signal, timeoutMs }: GatewayRequest) => {
    const { request, dispatcher } = await open();
    const response = await request(`${base}${path}`, {
      dispatcher,
      method,
      headers,
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(body !== undefined && { body }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  };
  return { send, close: async () => agent?.close() };
}
