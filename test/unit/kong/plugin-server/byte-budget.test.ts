import fc from 'fast-check';
import { ByteBudget, type Reservation } from '../../../../kong/plugin-server/byte-budget';

/** Requests bytes, and records when they are granted. */
function taker(budget: ByteBudget) {
  const granted: number[] = [];
  let count = 0;
  const take = (bytes: number): Reservation => {
    const number = ++count;
    return budget.take(bytes, () => granted.push(number));
  };
  return { granted, take };
}

describe('a byte budget', () => {
  it('grants at once the requests that fit, and the others in the order of arrival', () => {
    const budget = new ByteBudget(100);
    const { granted, take } = taker(budget);
    const [first, second] = [take(60), take(60), take(30)];
    expect(granted).toEqual([1]);
    budget.release(first);
    expect(granted).toEqual([1, 2, 3]);
    budget.release(second);
    expect(budget.heldBytes).toBe(30);
  });

  it('grants a request above its size if nothing else is held', () => {
    const budget = new ByteBudget(100);
    const { granted, take } = taker(budget);
    const huge = take(1000);
    take(1);
    expect(granted).toEqual([1]);
    budget.release(huge);
    expect(granted).toEqual([1, 2]);
  });

  it('removes a released request from the queue, and grants the next one', () => {
    const budget = new ByteBudget(100);
    const { granted, take } = taker(budget);
    take(50);
    const large = take(90);
    take(50);
    budget.release(large);
    expect(granted).toEqual([1, 3]);
    expect([budget.heldBytes, budget.waiting]).toEqual([100, 0]);
  });

  it('never exceeds its size, except for a single large request, and finally grants all requests', () => {
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 150 }), releases: fc.option(fc.nat()) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const budget = new ByteBudget(100);
        const holds: Reservation[] = [];
        const granted = new Set<number>();
        const release = (pick: number): void => {
          const number = [...granted][pick % granted.size] ?? 0;
          granted.delete(number);
          budget.release(holds[number]!);
        };
        steps.forEach(({ bytes, releases }, number) => {
          holds.push(budget.take(bytes, () => granted.add(number)));
          const sum = [...granted].reduce((total, one) => total + steps[one]!.bytes, 0);
          expect(sum <= 100 || granted.size === 1).toBe(true);
          expect(budget.heldBytes).toBe(sum);
          if (releases !== null && granted.size > 0) release(releases);
        });
        while (granted.size > 0) release(0);
        expect([budget.heldBytes, budget.waiting]).toEqual([0, 0]);
      }),
    );
  });
});
