import { createHmac } from 'node:crypto';
import { FirstUse } from '../../../../../plugins/mcp-auth/session/first-use';
import { Sealed } from '../../../../../plugins/mcp-auth/session/sealed';

const ann = { principal: 'ann', isAnonymous: false };
const bob = { principal: 'bob', isAnonymous: false };
const nobody = { principal: 'nobody', isAnonymous: true };
const OWN = { kind: 'own' };
const FOREIGN = { kind: 'foreign' };
const now = () => 1_000_000;

describe('first use', () => {
  it('binds a session to the caller that uses it first', () => {
    const sessions = new FirstUse(now);
    expect(sessions.check('s', ann)).toEqual(OWN);
    expect(sessions.check('s', bob)).toEqual(FOREIGN);
    expect(sessions.check('s', nobody)).toEqual(FOREIGN);
    expect(sessions.check('s', ann)).toEqual(OWN);
  });

  it('hands a session that began without a token to the first token', () => {
    const sessions = new FirstUse(now);
    expect(sessions.check('s', nobody)).toEqual(OWN);
    expect(sessions.check('s', ann)).toEqual(OWN);
    expect(sessions.check('s', nobody)).toEqual(FOREIGN);
    expect(sessions.check('s', bob)).toEqual(FOREIGN);
  });

  it('forgets the oldest session beyond its bound', () => {
    const sessions = new FirstUse(now, 2);
    for (const id of ['1', '2', '3']) sessions.check(id, ann);
    expect(sessions.size).toBe(2);
    expect(sessions.check('3', bob)).toEqual(FOREIGN);
  });

  it('forgets a session that is not used for a day', () => {
    let nowMs = 0;
    const sessions = new FirstUse(() => nowMs);
    sessions.check('s', ann);
    nowMs = 24 * 3600 * 1000 - 1;
    expect(sessions.check('s', bob)).toEqual(FOREIGN);
    nowMs = 3 * 24 * 3600 * 1000;
    expect(sessions.check('s', bob)).toEqual(OWN);
  });
});

describe('sealed', () => {
  let unsealed = 0;
  const create = () => new Sealed('x'.repeat(32), nobody.principal, now, () => unsealed++);
  const seal = (sessions: Sealed, id: string, principal: string): string =>
    `${id}.${createHmac('sha1', sessions.keyOf(principal)).update(id).digest('base64url')}`;

  it('cuts the seal off', () => {
    const sessions = create();
    expect(sessions.check(seal(sessions, 'a.b', 'ann'), ann)).toEqual({ kind: 'own', upstreamId: 'a.b' });
  });

  it.each<[string, (id: string) => string]>([
    ['of another caller', (id) => id],
    ['without its seal', (id) => id.split('.')[0]!],
    ['with a changed seal', (id) => `${id.slice(0, -2)}${id.endsWith('AA') ? 'BB' : 'AA'}`],
    ['with another id', (id) => `x${id}`],
    ['that is only a seal', (id) => id.slice(id.indexOf('.'))],
    ['that is empty', () => ''],
  ])('rejects a session %s', (name, change) => {
    const sessions = create();
    const id = change(seal(sessions, 'id', 'ann'));
    expect(sessions.check(id, name === 'of another caller' ? bob : ann)).toEqual(FOREIGN);
  });

  it('hands a session that began without a token to the first token', () => {
    const sessions = create();
    const id = seal(sessions, 'id', nobody.principal);
    const own = { kind: 'own', upstreamId: 'id' };
    expect(sessions.check(id, nobody)).toEqual(own);
    expect(sessions.check(id, ann)).toEqual(own);
    expect(sessions.check(id, bob)).toEqual(FOREIGN);
    expect(sessions.check(id, nobody)).toEqual(FOREIGN);
  });

  it('reports once that no id has a seal', () => {
    unsealed = 0;
    const sessions = create();
    for (let at = 0; at < 30; at++) sessions.check('plain', ann);
    expect(unsealed).toBe(1);
  });
});
