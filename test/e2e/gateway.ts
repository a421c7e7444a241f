import { readFileSync } from 'node:fs';
import type { RunState } from '../../kong/start/run';
import { until } from '../../kong/testkit/until';

/** The gateway under test: these tests know only its addresses. */
export const gateway = JSON.parse(readFileSync(process.env['E2E_STATE'] ?? '', 'utf8')) as RunState;

export const CALCULATORS = ['py-calculator', 'go-calculator'] as const;

const MCP_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** Posts to the MCP endpoint of a calculator: a string or bytes unchanged, anything else as JSON. */
export function postMcp(server: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.proxyUrl}/${server}/mcp`, {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

/** A `tools/call` request. */
export const toolCall = (name: string, args: object, id: number | string = 1): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** The text of a metrics endpoint's samples of one metric, without comments. */
export async function samples(url: string, metric: string): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
}

/** The sum of a metric's samples that have all the given pieces of text in their labels. */
export async function total(url: string, metric: string, ...labels: readonly string[]): Promise<number> {
  const lines = (await samples(url, metric)).filter((line) => labels.every((label) => line.includes(label)));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Repeats `check` until it returns a value; fails after half a minute. */
export const eventually = <T>(what: string, check: () => Promise<T>): Promise<Exclude<T, false | undefined>> =>
  until(check, what, 30_000);
