import fc from 'fast-check';
import {
  MAX_READINGS,
  MAX_URI_LENGTH,
  newReadingBudget,
  readingsOf,
} from '../../../../../../plugins/shared/mcp/resource-uris/readings';

describe('readingsOf', () => {
  it.each([
    'file:///srv/docs/a.txt',
    'note://work/2026/list',
    'postgres://db.example.com:5432/sales/orders',
    'ui://widget/main.html',
    'screen://display:0',
    'repo://owner/name/contents/src',
  ])('%s has one reading', (uri) => {
    expect(readingsOf(uri)).toEqual([uri]);
  });

  it.each([
    ['https://api.example.com/v1/items?q=a', 'https://api.example.com/v1/items'],
    ['file:///srv/../etc/x', 'file:///etc/x'],
    ['file:///srv//../etc/x', 'file:///srv/etc/x'],
    ['file:///srv//../etc/x', 'file:///etc/x'],
    ['file:///a%2fb/../c', 'file:///c'],
    ['file:///a%2fb/../c', 'file:///a/c'],
    ['file:///a/%252e%252e/c', 'file:///c'],
    ['a\\b/a\\b/../../../../etc/passwd', 'file:///etc/passwd'],
    ['C:\\secret\\x', 'file:///c:/secret/x'],
    ['file:///C|/secret./x', 'file:///C:/secret/x'],
    ['file:///secret/key.txt::$DATA', 'file:///secret/key.txt'],
    ['file:////server/share', 'file://server/share'],
    ['http://2130706433/x', 'http://localhost/x'],
    ['http://0x7f.1/x', 'http://localhost/x'],
    ['http://0300.0250.1/x', 'http://192.168.0.1/x'],
    ['http://[::ffff:192.168.0.1]/x', 'http://192.168.0.1/x'],
    ['http://[fe80::1%25eth0]/x', 'http://[fe80::1]/x'],
    ['https:intranet.example.com/x', 'https://intranet.example.com/x'],
    ['https://\uff29ntranet.example\u3002com/x', 'https://intranet.example.com/x'],
    ['https://b\u00fccher.example/x', 'https://xn--bcher-kva.example/x'],
    ['https://%69ntranet.example.com/x', 'https://intranet.example.com/x'],
    ['note:///work/1', 'note://work/1'],
    ['note://a/../work/1', 'note://work/1'],
    ['file:///pub/..;/etc/x;v=1', 'file:///etc/x'],
    ['file:///pub/\uff0e\uff0e\uff0fetc/x', 'file:///etc/x'],
    ['<URL:file:///etc/x>', 'file:///etc/x'],
    ['file:///etc/x\u0000.txt', 'file:///etc/x'],
    ['file:///etc/x%00.txt', 'file:///etc/x'],
    ['file:///%u0065tc/x', 'file:///etc/x'],
    ['file:///etc/x\u00a0', 'file:///etc/x'],
    ['db://q?name=a+b', 'db://q?name=a b'],
    ['db://q?table=a&x=1&table=b', 'db://q?table=a&x=1'],
    ['db://q?table=a&x=1&table=b#top', 'db://q?table=b&x=1'],
    ['db://q/?table=private', 'db://q?table=private'],
    ['https://h.example/x//?id=1#top', 'https://h.example/x?id=1'],
  ])('%j may be read as %j', (uri, reading) => {
    expect(readingsOf(uri)).toContain(reading);
  });

  it('returns none for overlong UTF-8', () => {
    expect(readingsOf('file:///srv/%c0%ae%c0%ae/etc/x')).toBeUndefined();
    expect(readingsOf('file:///srv/%e0%80%af')).toBeUndefined();
  });

  it('returns none if there are too many', () => {
    expect(readingsOf('file:///%2e%2e/%2e%2e/%252e%252e\\..//x;y/?q#z')).toBeUndefined();
    expect(readingsOf(`file:///%${'25'.repeat(100)}2e`)).toBeUndefined();
    expect(readingsOf(`file:///${'a'.repeat(MAX_URI_LENGTH)}`)).toBeUndefined();
  });

  it('returns none after the budget of a request is used up, but always those of plain URIs', () => {
    const budget = newReadingBudget();
    let read = 0;
    while (readingsOf('https://api.example.com/a%20b?q=1', budget)) read++;
    expect(read).toBeGreaterThan(50);
    expect(read).toBeLessThan(2000);
    expect(readingsOf('file:///srv/a', budget)).toEqual(['file:///srv/a']);
  });

  it('never returns more than the bound, and returns the same readings for each reading', () => {
    const part = fc.constantFrom(
      '/',
      '//',
      '\\',
      '..',
      '.',
      '%2e',
      '%2f',
      '%25',
      ';',
      '?',
      '#',
      'a',
      ' ',
      '@',
      ':',
      '\u00fc',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const readings = readingsOf(`file:///${parts.join('')}`);
        if (!readings) return;
        expect(readings.length).toBeLessThanOrEqual(MAX_READINGS);
        const all = new Set(readings);
        for (const reading of readings) {
          expect((readingsOf(reading) ?? []).filter((further) => !all.has(further))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
