import type { ServerResponse } from 'node:http';
import { headerOf, readBody } from '../mcp/post';
import type { State } from '../state';
import type { Target } from '../tickets/admission';
import type { Caller } from '../tickets/caller';
import { passedHeaders } from './ask-model';

const MAX_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Passes a request for the list of models to the route of the LLM. */
export async function passModels(
  { config, send }: State,
  { forwarded, toLlm }: Caller,
  { method, path }: Extract<Target, { kind: 'models' }>,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await send({
      method: 'GET',
      path: `${config.llm_path.replace(/\/$/, '')}${path}`,
      headers: { ...toLlm, ...forwarded, accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      timeoutMs: TIMEOUT_MS,
    });
    const body = await readBody(answer.body, MAX_BYTES);
    if (!body) throw new Error('too large');
    const type = headerOf(answer.headers, 'content-type') ?? 'application/json';
    response.writeHead(answer.status, {
      ...passedHeaders(answer.headers),
      'Content-Type': type,
      'Content-Length': body.length,
    });
    response.end(method === 'HEAD' ? undefined : body);
  } catch {
    const text = JSON.stringify({ error: 'the list of models is not available' });
    response.writeHead(502, { 'Content-Type': 'application/json' }).end(text);
  }
}
