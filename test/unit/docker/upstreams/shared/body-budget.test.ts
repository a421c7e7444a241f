import { BodyBudget } from '../../../../../docker/upstreams/shared/body-budget';

const MB = 1_048_576;

/** Takes `bytes`, and records the name when they are held. */
function taker(budget: BodyBudget) {
  const started: string[] = [];
  const take = (name: string, bytes: number): Promise<() => void> =>
    budget.take(bytes).then((giveBack) => {
      started.push(name);
      return giveBack;
    });
  return { started, take };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('makes large bodies wait, in order, until earlier ones are released', async () => {
  const { started, take } = taker(new BodyBudget(10 * MB));
  const first = await take('first', 6 * MB);
  const second = take('second', 6 * MB);
  void take('third', 2 * MB);
  await turn();
  expect(started).toEqual(['first']);
  first();
  await second;
  await turn();
  expect(started).toEqual(['first', 'second', 'third']);
});

it('never lets a small body wait', async () => {
  const { started, take } = taker(new BodyBudget(MB));
  await take('large', MB);
  void take('another large', MB);
  await take('small', 100);
  expect(started).toEqual(['large', 'small']);
});

it.each([
  ['larger than the budget', 5 * MB],
  ['of unknown length', Infinity],
])('gives the whole budget to a body %s', async (_, bytes) => {
  const { started, take } = taker(new BodyBudget(MB));
  const all = await take('all', bytes);
  const next = take('next', 0.5 * MB);
  await turn();
  expect(started).toEqual(['all']);
  all();
  await next;
});

it('releases bytes only once', async () => {
  const { started, take } = taker(new BodyBudget(MB));
  const first = await take('first', MB);
  first();
  first();
  await take('second', MB);
  void take('third', MB);
  await turn();
  expect(started).toEqual(['first', 'second']);
});
