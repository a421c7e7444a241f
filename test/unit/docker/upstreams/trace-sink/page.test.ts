import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { page, pageHeaders } from '../../../../../docker/upstreams/trace-sink/page/document';

const folder = join(__dirname, '../../../../../docker/upstreams/trace-sink/page');
const script = readFileSync(join(folder, 'page.js'), 'utf8');
const style = readFileSync(join(folder, 'page.css'), 'utf8');

describe('the page', () => {
  it('contains a script that parses and never inserts text as markup', () => {
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
    expect(script).not.toContain('</');
  });

  it('is one document with its style and its script', () => {
    expect(page).toContain(`<style>${style}</style>`);
    expect(page).toContain(`<script>${script}</script>`);
  });

  it('has every element that the script uses', () => {
    const ids = /\[('state'.*?)\]\.map\(byId\)/.exec(script)?.[1]?.match(/\w+/g) ?? [];
    expect(ids).toHaveLength(5);
    for (const id of ids) expect(page).toContain(`id="${id}"`);
  });

  it('allows only its own style and script', () => {
    expect(pageHeaders['content-security-policy']?.match(/'sha256-[\w+/]{43}='/g)).toHaveLength(2);
  });
});
