import { createHash } from 'node:crypto';
import { script } from './script';
import { style } from './style';

/**
 * The page of the trace sink: one document without external parts. It works below any path prefix, since the script
 * asks for everything relative to the address it was loaded from.
 */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Traces</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
  <h1>Traces</h1>
  <p id="state" role="status">Connecting…</p>
  <label>Project <select id="project"><option value="">All</option></select></label>
  <label>Filter <input id="filter" type="search" placeholder="name, model, tool…" autocomplete="off"></label>
</header>
<main>
  <table>
    <caption>Spans, newest first. Open one to see its attributes.</caption>
    <thead>
      <tr>
        <th scope="col">Time</th>
        <th scope="col">Name</th>
        <th scope="col">Kind</th>
        <th scope="col">Model or tool</th>
        <th scope="col" class="number">Tokens in</th>
        <th scope="col" class="number">Tokens out</th>
        <th scope="col" class="number">First chunk</th>
        <th scope="col" class="number">Duration</th>
        <th scope="col">Status</th>
        <th scope="col">Project</th>
      </tr>
    </thead>
    <tbody id="rows"></tbody>
  </table>
  <p id="empty">No spans yet. They appear here as they come.</p>
</main>
<script>${script}</script>
</body>
</html>
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but the page's own style and script runs, whatever a span holds. */
export const pageHeaders: Record<string, string> = {
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
