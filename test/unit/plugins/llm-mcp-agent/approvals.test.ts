import fc from 'fast-check';
import { Approvals } from '../../../../plugins/llm-mcp-agent/run/approvals';
import { readArguments } from '../../../../plugins/llm-mcp-agent/run/read-arguments';
import { UsedIds } from '../../../../plugins/llm-mcp-agent/run/used-ids';
import { TicketStore } from '../../../../plugins/llm-mcp-agent/tickets/ticket-store';
import { anyCharacter } from '../../../support/any-character';

const call = { server: 'one', name: 'write', args: '{"a":1}', callId: 'c1' };

describe('the id of a request for an approval', () => {
  let nowMs = 1000;
  const now = (): number => nowMs;
  beforeEach(() => (nowMs = 1000));
  const approvals = new Approvals('a secret of 16 characters', 'agent', 600_000, now);

  it('is read by the same caller, agent and secret until it expires', () => {
    const id = approvals.issue('ann', call);
    expect(approvals.read('ann', id)).toEqual(call);
    expect(approvals.read('bob', id)).toBeUndefined();
    expect(new Approvals('a secret of 16 characters', 'agent', 1, now).read('ann', id)).toEqual(call);
    expect(new Approvals('a secret of 16 characters', 'other', 1, now).read('ann', id)).toBeUndefined();
    expect(new Approvals('another secret of more', 'agent', 1, now).read('ann', id)).toBeUndefined();
    nowMs += 599_999;
    expect(approvals.read('ann', id)).toEqual(call);
    nowMs += 1;
    expect(approvals.read('ann', id)).toBeUndefined();
  });

  it('is valid in one process only without a secret', () => {
    const [one, two] = [1, 2].map(() => new Approvals(undefined, 'agent', 600_000, now));
    const id = one!.issue('ann', call);
    expect(one!.read('ann', id)).toEqual(call);
    expect(two!.read('ann', id)).toBeUndefined();
  });

  it('carries any call, and no change of it is accepted', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 50 });
    const anyCall = fc.record({ server: text, name: text, args: text, callId: text });
    fc.assert(
      fc.property(anyCall, fc.string({ maxLength: 10 }), fc.nat(), (one, caller, place) => {
        const id = approvals.issue(caller, one);
        const read = approvals.read(caller, id);
        expect(read && JSON.stringify(read)).toBe(JSON.stringify(one));
        const at = place % id.length;
        const changed = `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
        const other = approvals.read(caller, changed);
        // The last character of base64 may have bits without a meaning.
        expect(other === undefined || JSON.stringify(other) === JSON.stringify(one)).toBe(true);
      }),
    );
  });
});

it('an id that was used is known until it expires', () => {
  let nowMs = 0;
  const used = new UsedIds(1000, () => nowMs);
  used.add('a');
  nowMs = 999;
  expect([used.has('a'), used.has('b')]).toEqual([true, false]);
  used.delete('a');
  expect(used.has('a')).toBe(false);
});

it('a ticket is valid once, for ten seconds, and few wait', () => {
  let nowMs = 0;
  const tickets = new TicketStore<string>(10_000, () => nowMs);
  const one = tickets.issue('one', 2);
  const two = tickets.issue('two', 2);
  expect(tickets.issue('three', 2)).toBeUndefined();
  expect(tickets.take(one)).toBe('one');
  expect(tickets.take(one)).toBeUndefined();
  nowMs = 11_000;
  expect(tickets.take(two)).toBeUndefined();
  expect(tickets.size).toBe(0);
});

it.each([
  ['', { ok: true, args: {} }],
  [' ', { ok: true, args: {} }],
  ['{"a":1}', { ok: true, args: { a: 1 } }],
  ['{"a":1,"a":2}', { ok: false, problem: expect.stringMatching(/duplicate key/) as string }],
  ['[1]', { ok: false, problem: expect.stringMatching(/must be a JSON object/) as string }],
  ['""', { ok: false }],
  ['{', { ok: false }],
  [
    `{"a":"${'x'.repeat(262_144)}"}`,
    { ok: false, problem: expect.stringMatching(/longer than 262144 bytes/) as string },
  ],
])('reads the arguments %#', (text, expected) => {
  expect(readArguments(text)).toMatchObject(expected);
});
