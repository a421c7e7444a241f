import fc from 'fast-check';
import { RecentMap } from '../../../../../plugins/mcp-auth/cache/recent-map';
import { SingleFlight } from '../../../../../plugins/mcp-auth/cache/single-flight';
import { Slots } from '../../../../../plugins/mcp-auth/cache/slots';

it('drops the entry that was not used for the longest time', () => {
  const map = new RecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
  expect(map.size).toBe(2);
});

it('keeps nothing with a bound of 0', () => {
  const map = new RecentMap<number>(0);
  map.set('a', 1);
  expect([map.get('a'), map.size]).toEqual([undefined, 0]);
});

it('shares work in progress, also if it fails, and starts again afterwards', async () => {
  const flights = new SingleFlight<number>();
  let runs = 0;
  const work = () => Promise.resolve(++runs);
  expect(await Promise.all([flights.run('a', work), flights.run('a', work), flights.run('b', work)])).toEqual([
    1, 1, 2,
  ]);
  expect(await flights.run('a', work)).toBe(3);
  await expect(flights.run('a', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await flights.run('a', work)).toBe(4);
});

it('runs so much at the same time, lets so much wait, and rejects the rest', async () => {
  const slots = new Slots(2, 1);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const work = (id: number) => async () => {
    started.push(id);
    await new Promise<void>((end) => ends.push(end));
    return id;
  };
  const runs = [1, 2, 3, 4].map((id) => slots.run(work(id)));
  await expect(runs[3]).resolves.toBeUndefined();
  expect(started).toEqual([1, 2]);
  ends[0]!();
  await runs[0];
  expect(started).toEqual([1, 2, 3]);
  ends[1]!();
  ends[2]!();
  expect(await Promise.all(runs)).toEqual([1, 2, 3, undefined]);
  const again = slots.run(work(5));
  ends[3]!();
  expect(await again).toBe(5);
});

it('behaves like a list ordered by use', () => {
  const action = fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.constantFrom('a', 'b', 'c', 'd', 'e'));
  fc.assert(
    fc.property(fc.nat({ max: 4 }), fc.array(action, { maxLength: 60 }), (max, actions) => {
      const map = new RecentMap<number>(max);
      let model: [string, number][] = [];
      for (const [at, [kind, key]] of actions.entries()) {
        const found = model.find(([name]) => name === key);
        const others = model.filter(([name]) => name !== key);
        if (kind === 'get') {
          expect(map.get(key)).toBe(found?.[1]);
          if (found) model = [...others, found];
        } else if (kind === 'delete') {
          map.delete(key);
          model = others;
        } else {
          map.set(key, at);
          model = [...others, [key, at] as [string, number]].slice(max === 0 ? Infinity : -max);
        }
        expect(map.size).toBe(model.length);
      }
    }),
  );
});
