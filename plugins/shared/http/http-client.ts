import { lookup as resolve, type LookupAddress } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isReachable, type Reach } from './address-guard';
import { hostOf } from './checked-url';

/** A request to an API that the gateway depends on. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A longer response body is a failure. */
  readonly maxBytes: number;
  readonly reach: Reach;
}

/** What a request led to. A response of any status is a response; redirects are not followed. */
export type HttpResult =
  | { readonly kind: 'response'; readonly status: number; readonly body: string }
  | { readonly kind: 'failure'; readonly reason: HttpFailureReason };

/** Why there is no response: a value of a metric label. */
export type HttpFailureReason = 'timeout' | 'connection' | 'forbidden_address' | 'too_long';

/** The settings of a client. */
export interface HttpOptions {
  /** Milliseconds for one request, from the look-up of its host to the end of the response. */
  readonly timeoutMs: number;
  /** False: certificates are not verified. */
  readonly sslVerify: boolean;
}

/** Idle connections that one client keeps to each host. */
const MAX_IDLE = 16;

/** Sends small requests over kept connections, within a time, a length and a set of addresses. Never throws. */
export class HttpClient {
  private readonly agents: Readonly<Record<Reach, Readonly<Record<string, http.Agent>>>>;

  constructor(private readonly options: HttpOptions) {
    // A connection that was allowed for one reach is never used for the other.
    this.agents = { configured: agentsOf(options), public: agentsOf(options) };
  }

  async send(request: HttpRequest): Promise<HttpResult> {
    const deadlineMs = performance.now() + this.options.timeoutMs;
    const first = await this.attempt(request, deadlineMs);
    // The server closed a kept connection while the request was on its way: nothing was processed.
    if (first === 'stale') {
      const second = request.method === 'GET' ? await this.attempt(request, deadlineMs) : failure('connection');
      return second === 'stale' ? failure('connection') : second;
    }
    return first;
  }

  close(): void {
    for (const agents of Object.values(this.agents)) for (const agent of Object.values(agents)) agent.destroy();
  }

  private attempt(request: HttpRequest, deadlineMs: number): Promise<HttpResult | 'stale'> {
    const url = new URL(request.url);
    const host = hostOf(url);
    const { method, headers, body, maxBytes, reach } = request;
    // Node.js looks up names only.
    if (isIP(host) !== 0 && !isReachable(host, reach)) return Promise.resolve(failure('forbidden_address'));
    return new Promise((done) => {
      const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
        method,
        headers: { Accept: 'application/json', 'User-Agent': 'kong-ai-plugins', ...headers },
        agent: this.agents[reach][url.protocol],
        lookup: guardedLookup(reach),
      });
      const finish = (result: HttpResult | 'stale'): void => {
        clearTimeout(timer);
        done(result);
        outgoing.destroy();
      };
      const timer = setTimeout(
        () => {
          finish(failure('timeout'));
        },
        Math.max(1, deadlineMs - performance.now()),
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error instanceof ForbiddenAddress) finish(failure('forbidden_address'));
        else finish(outgoing.reusedSocket && error.code === 'ECONNRESET' ? 'stale' : failure('connection'));
      });
      outgoing.on('response', (response) => {
        readBody(response, maxBytes).then(
          (text) => {
            clearTimeout(timer);
            if (text === undefined) finish(failure('too_long'));
            else done({ kind: 'response', status: response.statusCode ?? 0, body: text });
          },
          () => {
            finish(failure('connection'));
          },
        );
      });
      outgoing.end(body);
    });
  }
}

const failure = (reason: HttpFailureReason): HttpResult => ({ kind: 'failure', reason });

function agentsOf({ sslVerify }: HttpOptions): Record<string, http.Agent> {
  const options = { keepAlive: true, maxFreeSockets: MAX_IDLE };
  return { 'http:': new http.Agent(options), 'https:': new https.Agent({ ...options, rejectUnauthorized: sslVerify }) };
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** Looks a name up, and lets Node.js connect only to addresses within reach: the connection uses this very result. */
function guardedLookup(reach: Reach): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) {
        done(error, []);
        return;
      }
      const allowed = found.filter(({ address }) => isReachable(address, reach));
      const [first] = allowed;
      if (!first) done(new ForbiddenAddress(`no address of ${name} may be reached`), []);
      else if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

/** The body as text; undefined if it is longer than `maxBytes`. */
async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
