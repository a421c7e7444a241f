import { definePlugin, proceed, read, type Reads, type RunnablePhase } from '../../../../kong/pdk';
import { decidePhase } from '../../../../kong/plugin-server/decide-phase';

const reads = { method: read.method() };
const more = { ip: read.forwardedIp(), path: read.path() };

/** A phase whose second batch only POST needs; its handler shares the values that it receives. */
const phaseOf = (isWanted?: () => boolean): RunnablePhase =>
  definePlugin({
    name: 'one',
    version: '1',
    priority: 1,
    onError: 'reject',
    fields: {},
    prepare: () => 'state',
    access: {
      reads,
      more: { reads: more, isNeeded: ({ method }) => method === 'POST' },
      ...(isWanted && { isWanted }),
      handle: (state, facts, rest) => proceed({ share: { state, ...facts, ...(rest && { ip: rest.ip }) } }),
    },
  }).phases.access!;

/** Returns facts for each batch, and records the batch. */
function fetching(method: string) {
  const batches: Reads[] = [];
  const fetch = (batch: Reads) => {
    batches.push(batch);
    return Promise.resolve(batch === reads ? { method } : { ip: '::1', path: '/' });
  };
  return { batches, fetch };
}

it.each([
  ['GET', [reads], { state: 'state', method: 'GET' }],
  ['POST', [reads, more], { state: 'state', method: 'POST', ip: '::1' }],
])('reads only the batches that a %s request needs, one after the other', async (method, asked, share) => {
  const { batches, fetch } = fetching(method);
  expect(await decidePhase(phaseOf(), 'state', fetch)).toEqual(proceed({ share }));
  expect(batches).toEqual(asked);
});

it('reads nothing if the phase is not wanted', async () => {
  const { batches, fetch } = fetching('POST');
  expect(
    await decidePhase(
      phaseOf(() => false),
      'state',
      fetch,
    ),
  ).toEqual(proceed());
  expect(batches).toEqual([]);
});

it('rejects its promise if a batch cannot be fetched', async () => {
  const fetch = (batch: Reads) =>
    batch === reads ? Promise.resolve({ method: 'POST' }) : Promise.reject(new Error('the second'));
  await expect(decidePhase(phaseOf(), 'state', fetch)).rejects.toThrow('the second');
});
