import { Script } from 'node:vm';
import { page, pageHeaders } from '../../../../../docker/upstreams/trace-sink/page/document';
import { script } from '../../../../../docker/upstreams/trace-sink/page/script';

describe('the page', () => {
  it('holds a script that parses and never makes markup of text', () => {
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
    expect(script).not.toContain('</');
  });

  it('has every element that the script looks for', () => {
    const ids = /\[('state'.*?)\]\.map\(byId\)/.exec(script)?.[1]?.match(/\w+/g) ?? [];
    expect(ids).toHaveLength(5);
    for (const id of ids) expect(page).toContain(`id="${id}"`);
  });

  it('allows exactly its own style and script', () => {
    expect(pageHeaders['content-security-policy']?.match(/'sha256-[\w+/]{43}='/g)).toHaveLength(2);
  });
});
