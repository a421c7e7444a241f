import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page without external parts, and the headers that protect it. */
export interface PageDocument {
  readonly page: string;
  readonly pageHeaders: Record<string, string>;
}

/** Joins `page.html`, `page.css` and `page.js` of a folder. Only the style and the script of the page itself run. */
export function pageOf(folder: string): PageDocument {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const style = read('page.css');
  const script = read('page.js');
  const page = read('page.html')
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
  const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const pageHeaders = {
    'cache-control': 'no-cache',
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${hashOf(style)}`,
      `script-src ${hashOf(script)}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  return { page, pageHeaders };
}
