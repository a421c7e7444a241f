import type { Exchange } from '../request/exchange';
import type { Responder } from '../request/responder';
import { attempt, AttemptFailure, type Address } from './attempt';
import { streamed, type Delivery } from './delivery';

/**
 * Sends the request to its upstream and the response to the client, by default while they arrive. Tries other targets when there
 * is no response and nginx would retry (`retries`). Settles when the whole response was written.
 */
export async function proxy(x: Exchange, responder: Responder, delivery: Delivery = streamed): Promise<void> {
  const { upstream } = x;
  if (!upstream) throw new Error('no upstream to proxy to');
  if (x.match?.route.request_buffering && (await x.body.read()).kind === 'too large') {
    responder.failure(413);
    return;
  }
  for (;;) {
    const address = nextAddress(x);
    if (!address) {
      await delivery.failure(x, 503, responder);
      return;
    }
    try {
      await delivery.answer(x, await attempt(x, address), responder);
      return;
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error;
      if (x.clientGone && !x.isHeld) return;
      noteFailure(x, error);
      if (!error.canRepeat || x.tries.length > upstream.retries) {
        await delivery.failure(x, error.status, responder);
        return;
      }
    }
  }
}

/**
 * Selects the first target. Returns false when the upstream has no healthy target. {@link proxy} selects the next
 * targets itself.
 */
export function pickTarget(x: Exchange): boolean {
  const { upstream, environment } = x;
  x.balancer = upstream && environment.balancers.get(upstream.serviceHost);
  if (!x.balancer) return true;
  x.peer = x.balancer.next();
  return x.peer !== undefined;
}

function nextAddress(x: Exchange): Address | undefined {
  const { upstream, balancer } = x;
  if (!upstream) return undefined;
  if (balancer && x.tries.length > 0) {
    // Kong reports a failed try when it makes the next one; the last one is reported by its status in the log phase.
    if (x.peer) balancer.reportFailure(x.peer, x.tries.at(-1)?.code === 504 ? 'timeout' : 'tcp_failure');
    x.peer = balancer.next();
  }
  if (balancer && !x.peer) return undefined;
  const host = x.peer?.host ?? upstream.serviceHost;
  const port = x.peer?.port ?? upstream.servicePort;
  const name = balancer?.upstream.host_header ?? host;
  const standard = upstream.scheme === 'https' ? 443 : 80;
  x.moments.balancerEnd = x.now();
  const now = x.now();
  x.tries.push({
    ip: x.environment.addressOf(host),
    port,
    balancer_start: now,
    balancer_start_ns: now * 1e6,
    balancer_latency: 0,
    balancer_latency_ns: 0,
  });
  return { host, port, hostHeader: upstream.host ?? (port === standard ? name : `${name}:${port}`) };
}

function noteFailure(x: Exchange, failure: AttemptFailure): void {
  x.log('err', `upstream failed: ${failure.message}`);
  x.upstreamStatuses.push(failure.status);
  // Kong learns of the failure only when it makes another try.
  const last = failure.canRepeat ? x.tries.pop() : undefined;
  if (last) x.tries.push({ ...last, state: 'failed', code: failure.status });
}
