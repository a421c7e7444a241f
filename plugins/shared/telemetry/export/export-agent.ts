import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

const ignore = (): void => undefined;

/**
 * Creates the agent of an exporter, with an error listener on each of its requests.
 *
 * The exporter sets a request's timeout before it listens for errors. If a retry starts after the deadline, which a
 * collector causes with `Retry-After: 0`, the negative timeout throws, and the request stays behind without a listener: its
 * error would end the process. The export itself fails and is counted either way.
 */
export function createExportAgent(protocol: string): HttpAgent | HttpsAgent {
  const agent = protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return Object.assign(agent, { [addRequest]: addWithErrorListener });
}

/** The method of Node.js's agents that `http.request` calls; their types do not declare it. */
const addRequest = 'addRequest' as const;
type AddRequest = (this: HttpAgent, request: ClientRequest, ...options: unknown[]) => void;
const original = (HttpAgent.prototype as unknown as Record<typeof addRequest, AddRequest>)[addRequest];

function addWithErrorListener(this: HttpAgent, request: ClientRequest, ...options: unknown[]): void {
  request.on('error', ignore);
  original.call(this, request, ...options);
}
