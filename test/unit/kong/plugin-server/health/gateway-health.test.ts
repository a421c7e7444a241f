import type { IncomingMessage } from 'node:http';
import { CollectedFacts } from '../../../../../kong/plugin-server/health/collected-facts';
import { GatewayHealth, HEALTH_TTL_MS } from '../../../../../kong/plugin-server/health/gateway-health';
import { startUpstream, type TestUpstream } from '../../../../../kong/testkit/upstream';

const healthOf = (health: string) => JSON.stringify({ data: [{ target: 'a:1', health }] });

let kong: TestUpstream;
let asked: string[] = [];
let answer: (request: IncomingMessage) => { status?: number; body: string };
beforeAll(async () => {
  kong = await startUpstream((request, response) => {
    asked.push(request.url ?? '');
    const { status = 200, body } = answer(request);
    response.writeHead(status).end(body);
  });
});
afterAll(() => kong.close());
beforeEach(() => {
  asked = [];
  answer = () => ({ body: healthOf('HEALTHY') });
});

const clock = { nowMs: 1_000_000 };
const create = (upstreams: string[], facts = new CollectedFacts(), url = kong.url) =>
  new GatewayHealth({ kong: url, upstreams, facts, isReady: () => true, now: () => clock.nowMs });

it('asks Kong once for each upstream, however many clients ask within the time of life', async () => {
  const health = create(['one', 'two/../x']);
  await Promise.all(Array.from({ length: 20 }, () => health.read()));
  expect(asked.sort()).toEqual(['/upstreams/one/health', '/upstreams/two%2F..%2Fx/health']);
  clock.nowMs += HEALTH_TTL_MS - 1;
  await health.read();
  expect(asked).toHaveLength(2);
  clock.nowMs += 1;
  await health.read();
  expect(asked).toHaveLength(4);
});

it('asks again after the clock was set back', async () => {
  const health = create(['one']);
  await health.read();
  clock.nowMs -= 3_600_000;
  await health.read();
  expect(asked).toHaveLength(2);
});

it.each([
  ['HEALTHY', { body: healthOf('HEALTHY') }, 'healthy'],
  ['UNHEALTHY', { body: healthOf('UNHEALTHY') }, 'unhealthy'],
  ['DNS_ERROR', { body: healthOf('DNS_ERROR') }, 'unhealthy'],
  ['without health checks', { body: healthOf('HEALTHCHECKS_OFF') }, 'unknown'],
  ['an error', { status: 404, body: healthOf('HEALTHY') }, 'unknown'],
  ['no JSON', { body: '<html>' }, 'unknown'],
  ['an endless body', { body: ' '.repeat(300_000) + healthOf('HEALTHY') }, 'unknown'],
])('understands what Kong answers: %s', async (_, given, state) => {
  answer = () => given;
  expect((await create(['one']).read()).backends).toEqual({ one: state });
});

it('knows nothing of the backends when Kong does not answer', async () => {
  const health = create(['one'], undefined, 'http://127.0.0.1:1');
  expect((await health.read()).backends).toEqual({ one: 'unknown' });
});

it('shows several dependencies of one name as one, which is up if all are', async () => {
  const facts = new CollectedFacts();
  const add = (isUp: boolean) => facts.dependOn({ name: 'redis', isUp: () => Promise.resolve(isUp) });
  add(true);
  const remove = add(false);
  add(true);
  facts.count('sessions_active', () => 7);
  expect(await create([], facts).read()).toMatchObject({
    dependencies: { redis: false },
    counts: { sessions_active: 7 },
  });
  remove();
  expect(await facts.readDependencies()).toEqual({ redis: true });
});
