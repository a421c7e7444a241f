import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayHealth } from './gateway-health';
import { operatorReport, publicReport, statusCodeOf, statusOf, type GatewayFacts } from './health-report';

/** The path at the HTTP listener to which a route of Kong proxies `/health`. */
export const PUBLIC_HEALTH_PATH = '/gateway-health';

/** Answers with the report for everybody. */
export const answerPublicHealth =
  (health: GatewayHealth) =>
  (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    answer(request, response, health, publicReport);

/** Answers with the report for operators. */
export const answerOperatorHealth =
  (health: GatewayHealth, version: string) =>
  (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    answer(request, response, health, (facts) => operatorReport(facts, version, process.uptime()));

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  health: GatewayHealth,
  reportOf: (facts: GatewayFacts) => object,
): Promise<void> {
  request.resume();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': 'application/json' }).end('{"message":"use GET"}\n');
    return;
  }
  const facts = await health.read();
  response
    .writeHead(statusCodeOf(statusOf(facts)), { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(`${JSON.stringify(reportOf(facts))}\n`);
}
