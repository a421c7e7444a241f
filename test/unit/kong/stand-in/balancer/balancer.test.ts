import { Balancer } from '../../../../../kong/stand-in/balancer/balancer';
import { readDeclarative } from '../../../../../kong/stand-in/config/declarative';
import type { Upstream } from '../../../../../kong/stand-in/config/model';

function balancerOf(targets: readonly { target: string; weight?: number }[], healthchecks: object = {}): Balancer {
  const file = { _format_version: '3.0', upstreams: [{ name: 'u', targets, healthchecks }] };
  const { entities } = readDeclarative(JSON.stringify(file), new Map(), () => true, 0);
  return new Balancer(
    entities.upstreams[0] as Upstream,
    entities.targets,
    (host) => host,
    () => undefined,
    () => 0,
  );
}

const counted = (balancer: Balancer, requests: number): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (let i = 0; i < requests; i++) {
    const peer = balancer.next();
    if (peer) counts[peer.port] = (counts[peer.port] ?? 0) + 1;
  }
  return counts;
};

it('shares requests by weight', () => {
  const balancer = balancerOf([
    { target: 'a:1', weight: 100 },
    { target: 'a:2', weight: 50 },
    { target: 'a:3', weight: 0 },
  ]);
  expect(counted(balancer, 300)).toEqual({ 1: 200, 2: 100 });
});

it('has no peer without targets', () => {
  expect(balancerOf([]).next()).toBeUndefined();
});

it('reads a target without a port as 8000, and addresses in brackets', () => {
  expect(balancerOf([{ target: 'a' }, { target: '[::1]:9' }]).peers).toMatchObject([
    { host: 'a', port: 8000 },
    { host: '::1', port: 9 },
  ]);
});

describe('passive health checks', () => {
  const passive = { unhealthy: { http_failures: 2, tcp_failures: 1, timeouts: 1 }, healthy: { successes: 2 } };
  const make = () => balancerOf([{ target: 'a:1' }, { target: 'a:2' }], { passive });

  it('take a target out after failures in a row, and back after successes', () => {
    const balancer = make();
    const peer = balancer.peers[0]!;
    balancer.reportStatus(peer, 500);
    balancer.reportStatus(peer, 200);
    balancer.reportStatus(peer, 500);
    expect(peer.health.healthy).toBe(true);
    balancer.reportStatus(peer, 503);
    expect(counted(balancer, 4)).toEqual({ 2: 4 });
    balancer.reportStatus(peer, 200);
    balancer.reportStatus(peer, 201);
    expect(counted(balancer, 4)).toEqual({ 1: 2, 2: 2 });
  });

  it.each(['tcp_failure', 'timeout'] as const)('count a %s', (failure) => {
    const balancer = make();
    balancer.reportFailure(balancer.peers[1]!, failure);
    expect(counted(balancer, 4)).toEqual({ 1: 4 });
  });

  it('leave no peer when every target is out', () => {
    const balancer = make();
    for (const peer of balancer.peers) balancer.reportFailure(peer, 'tcp_failure');
    expect(balancer.next()).toBeUndefined();
  });

  it('count a 504 as a timeout, and nothing for a status that says nothing', () => {
    const balancer = make();
    balancer.reportStatus(balancer.peers[0]!, 404);
    balancer.reportStatus(balancer.peers[0]!, 404);
    expect(balancer.peers[0]?.health.healthy).toBe(true);
    balancer.reportStatus(balancer.peers[0]!, 504);
    expect(balancer.peers[0]?.health.healthy).toBe(false);
  });
});

it('goes by the threshold of healthy weight', () => {
  const passive = { unhealthy: { tcp_failures: 1 } };
  const balancer = balancerOf([{ target: 'a:1' }, { target: 'a:2' }, { target: 'a:3' }], { passive, threshold: 50 });
  balancer.reportFailure(balancer.peers[0]!, 'tcp_failure');
  expect(balancer.next()).toBeDefined();
  balancer.reportFailure(balancer.peers[1]!, 'tcp_failure');
  expect(balancer.next()).toBeUndefined();
});

it('never changes a state where health checks are off', () => {
  const balancer = balancerOf([{ target: 'a:1' }]);
  for (let i = 0; i < 20; i++) balancer.reportFailure(balancer.peers[0]!, 'tcp_failure');
  expect(balancer.next()?.port).toBe(1);
});
