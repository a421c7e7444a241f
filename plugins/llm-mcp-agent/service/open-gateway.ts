import { Agent, request } from 'undici';
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
  const agent = new Agent({
    connect: { timeout: CONNECT_MS, rejectUnauthorized: gateway_ssl_verify },
    pipelining: 1,
  });
  const base = (gateway_url ?? (env['KONG_AI_GATEWAY_URL']?.trim() || DEFAULT_URL)).replace(/\/$/, '');
  const send = async ({ method, path, headers, body, signal, timeoutMs }: GatewayRequest) => {
    const response = await request(`${base}${path}`, {
      dispatcher: agent,
      method,
      headers,
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(body !== undefined && { body }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.body };
  };
  return { send, close: () => agent.close() };
}
