import { Slots } from '../../../../../docker/upstreams/shared/slots';

describe('Slots', () => {
  it('provides at most its number of slots, and reuses freed slots', () => {
    const slots = new Slots(2);
    const first = slots.take();
    expect(slots.take()).toBeDefined();
    expect(slots.take()).toBeUndefined();
    first?.();
    expect(slots.take()).toBeDefined();
    expect(slots.take()).toBeUndefined();
  });

  it('frees a slot only once', () => {
    const slots = new Slots(1);
    const free = slots.take();
    free?.();
    const second = slots.take();
    free?.();
    expect(second).toBeDefined();
    expect(slots.take()).toBeUndefined();
  });
});
