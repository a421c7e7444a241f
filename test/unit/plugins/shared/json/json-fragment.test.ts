import fc from 'fast-check';
import { JsonDocument } from '../../../../../plugins/shared/json/json-document';
import { membersOfHead, membersOfTail, topLevelObjects } from '../../../../../plugins/shared/json/json-fragment';

describe('membersOfHead', () => {
  it.each([
    ['{"a":1,"b":"x, y","c":[1,', { a: 1, b: 'x, y' }],
    ['  {"a":{"b":1,"c":2},"d":"', { a: { b: 1, c: 2 } }],
    ['{"a":"\\",\\\\","b":1', { a: '",\\' }],
    ['{"a":1', undefined],
    ['[1,2', undefined],
    ['', undefined],
    ['nonsense, {', undefined],
  ])('reads %s', (text, members) => {
    expect(membersOfHead(text)).toEqual(members);
  });
});

describe('membersOfTail', () => {
  it.each([
    ['xx","a":1,"b":{"c":[2,3]}}', { a: 1, b: { c: [2, 3] } }],
    ['0.3],[0.1,0.2]],"n":8}\n', { n: 8 }],
    ['}}],"usage":{"n":1}}', { usage: { n: 1 } }],
    ['no comma}', undefined],
    ['', undefined],
  ])('reads %s', (text, members) => {
    expect(membersOfTail(text)).toEqual(members);
  });

  it('reads the end of the object that is the last member', () => {
    expect(membersOfTail('text"}],"isError":true}}', 2)).toEqual({ isError: true });
  });
});

describe('topLevelObjects', () => {
  it.each([
    ['{"a":1}{"b":{}} {"c":"}{"}', ['{"a":1}', '{"b":{}}', '{"c":"}{"}']],
    ['{"a":1}x{"b":2}', ['{"a":1}']],
    ['{"a":1', []],
    ['[{}]', []],
    ['', []],
  ])('cuts %s', (text, objects) => {
    expect(topLevelObjects(text)).toEqual(objects);
  });
});

describe('fragments of any object', () => {
  it('give only members that the whole object has', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, seed) => {
        const text = JSON.stringify(object);
        const place = seed % (text.length + 1);
        const whole = JSON.parse(text) as object;
        for (const members of [membersOfHead(text.slice(0, place)), membersOfTail(text.slice(place))]) {
          if (members && place > 0) expect(whole).toMatchObject(members);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('JsonDocument', () => {
  it('keeps no more than its bound, whatever the input is', () => {
    const document = new JsonDocument(1000);
    document.push(Buffer.from('{"model":"m","x":"'));
    for (let n = 0; n < 2000; n++) document.push(Buffer.from('y'.repeat(100)));
    document.push(Buffer.from('","n":3}'));
    expect(document.end()).toEqual({ members: { model: 'm', n: 3 }, value: undefined, ended: true });
  });

  it.each([
    ['[1,2]', { members: undefined, value: [1, 2], ended: true }],
    ['', { members: undefined, value: undefined, ended: false }],
    ['{"a":1}', { members: { a: 1 }, value: { a: 1 }, ended: true }],
    ['\ufeff{"a":1}', { members: { a: 1 }, value: { a: 1 }, ended: true }],
    ['{"a":1,"b":', { members: { a: 1 }, value: undefined, ended: false }],
  ])('reads %s', (text, read) => {
    const document = new JsonDocument(1000);
    document.push(Buffer.from(text));
    expect(document.end()).toEqual(read);
  });
});
