import {
  BUDGET_MS,
  INTERVAL_MS,
  MAX_WAITING,
  MAX_WAITING_PER_SERVICE,
  ProbeQueue,
} from '../../../../../../plugins/mcp-validator/learning/schemas/probe-queue';
import type { Probe } from '../../../../../../plugins/mcp-validator/learning/schemas/probe-schema';

const usable: Probe = { text: '{}', bytes: 1 };

/** A queue whose thread takes `takesMs` for each schema, by its own clock. */
function start(takesMs = 1) {
  let nowMs = 0;
  const done: string[] = [];
  const queue = new ProbeQueue(
    (text) => {
      done.push(text.slice(0, 1));
      nowMs += takesMs;
      return Promise.resolve(usable);
    },
    () => nowMs,
  );
  return { queue, done, pass: (ms: number) => (nowMs += ms) };
}

const schemas = (letter: string, count: number, length = 10) =>
  Array.from({ length: count }, (_, i) => letter + String(i).padStart(length - 1, '0'));

it('takes turns between services, independent of what one of them announces', async () => {
  const { queue, done } = start();
  const all = [
    ...schemas('a', 5).map((text) => queue.add('a', text)),
    ...schemas('b', 2).map((text) => queue.add('b', text)),
  ];
  await Promise.all(all);
  // The first task starts before the second service has any.
  expect(done.join('')).toBe('aababaa');
});

it('gives a service a limited share of the time in each interval', async () => {
  const { queue, done, pass } = start(1000);
  const probes = await Promise.all(schemas('a', 20).map((text) => queue.add('a', text)));
  const compiled = probes.filter((probe) => 'text' in probe);
  expect(compiled).toHaveLength(BUDGET_MS / 1000);
  expect(probes.at(-1)).toMatchObject({ unusable: 'budget' });
  expect(await queue.add('b', 'b')).toBe(usable);
  pass(INTERVAL_MS);
  expect(await queue.add('a', 'a')).toBe(usable);
  expect(done.length).toBe(BUDGET_MS / 1000 + 2);
});

it('bounds what is waiting, for one service and for all', async () => {
  const { queue } = start();
  const size = 100_000;
  const fill = (service: string) =>
    schemas(service, Math.ceil(MAX_WAITING_PER_SERVICE / size), size).map((text) => queue.add(service, text));
  const waiting = fill('a');
  expect(await queue.add('a', 'x'.repeat(size))).toMatchObject({ unusable: 'busy' });
  const services = Array.from({ length: Math.floor(MAX_WAITING / MAX_WAITING_PER_SERVICE) }, (_, i) => `s${i}`);
  const others = services.flatMap(fill);
  const probes = await Promise.all([...waiting, ...others]);
  expect(probes.some((probe) => 'unusable' in probe && probe.unusable === 'busy')).toBe(true);
  expect(await queue.add('a', 'x'.repeat(size))).toBe(usable);
});

it('counts small schemas with a minimum weight', async () => {
  const { queue } = start();
  const probes = await Promise.all(schemas('a', 5000).map((text) => queue.add('a', text)));
  expect(probes.filter((probe) => 'text' in probe)).toHaveLength(MAX_WAITING_PER_SERVICE / 1024 + 1);
});

it('does not compile a schema that is too long', async () => {
  const { queue, done } = start();
  expect(await queue.add('a', 'x'.repeat(262_145))).toMatchObject({ unusable: 'too_large' });
  expect(done).toEqual([]);
});
