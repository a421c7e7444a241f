import { withoutSecrets } from '../../../../../../plugins/shared/telemetry/redaction/safe-uri';

describe('a URI without secrets', () => {
  it.each([
    ['file:///a/b.txt', 'file:///a/b.txt'],
    ['file:///a?token=secret#x', 'file:///a'],
    ['file:///a#secret', 'file:///a'],
    ['file:///a%3Ftoken=secret', 'file:///a'],
    ['file:///a%23secret', 'file:///a'],
    ['https://user:secret@host:1/a', 'https://host:1/a'],
    ['https://user:sec@ret@host/a@b', 'https://host/a@b'],
    ['https:\\\\user:secret@host\\a', 'https:\\\\host\\a'],
    ['//user:secret@host', '//host'],
    ['git+ssh://secret@host', 'git+ssh://host'],
    ['data:text/plain,secret', 'data:'],
    ['note://internal', 'note://internal'],
    ['urn:isbn:1', 'urn:isbn:1'],
    ['no uri?secret', 'no uri'],
    ['', ''],
  ])('%s', (uri, safe) => {
    expect(withoutSecrets(uri)).toBe(safe);
  });

  it('is short', () => {
    expect(withoutSecrets(`file:///${'a'.repeat(100_000)}`)).toHaveLength(1024);
  });
});
