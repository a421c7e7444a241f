import { OpenStreams } from '../../../../../plugins/shared/telemetry/open-streams';

const bounds = { maxStreams: 2, forgetAfterMs: 1000 };

describe('OpenStreams', () => {
  it('counts each stream once, by its label, up to the bound', () => {
    const changes: [string, number][] = [];
    const streams = new OpenStreams((label, change) => changes.push([label, change]));
    expect(streams.open('a', 'x', 0, bounds)).toBe(true);
    expect(streams.open('a', 'x', 0, bounds)).toBe(true);
    expect(streams.open('b', 'y', 0, bounds)).toBe(true);
    expect(streams.open('c', 'y', 0, bounds)).toBe(false);
    streams.close('c');
    streams.close('a');
    streams.close('a');
    expect(changes).toEqual([
      ['x', 1],
      ['y', 1],
      ['x', -1],
    ]);
    expect(streams.size).toBe(1);
  });

  it('forgets only the streams that are too old', () => {
    const streams = new OpenStreams(() => undefined);
    streams.open('a', 'x', 0, bounds);
    streams.open('b', 'x', 1, bounds);
    expect(streams.open('c', 'x', 1001, bounds)).toBe(true);
    expect(streams.size).toBe(2);
  });
});
