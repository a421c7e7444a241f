import fc from 'fast-check';
import type { ApiName } from '../../../../../../plugins/llm-telemetry/request/apis';
import { API_FORMATS } from '../../../../../../plugins/llm-telemetry/response/formats/api-formats';
import type { Framing } from '../../../../../../plugins/llm-telemetry/response/framing';
import { createReader } from '../../../../../../plugins/llm-telemetry/response/reader';
import { EXAMPLES } from './examples';
import { readAll } from './read-response';

describe('any bytes at all', () => {
  const names = Object.keys(API_FORMATS) as ApiName[];
  const framings: Framing[] = ['document', 'ndjson', 'sse'];

  it('never make a reader throw', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`data: ${text}\n\n`)),
      fc
        .constantFrom('{', '}\n', 'data:', '\r\n', '[DONE]', '"message":', 'null\n', '[]\n')
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom(...framings),
        fc.array(fc.option(chunk)),
        (api, framing, chunks) => {
          const reader = createReader(API_FORMATS[api], framing, { maxBufferBytes: 128, maxTextLength: 16 });
          for (const part of chunks)
            if (part) reader.push(part);
            else reader.gap();
          const response = reader.end();
          expect(response.text.length).toBeLessThanOrEqual(16);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(names)('with known members of other types never make %s throw', (api) => {
    const shapes = EXAMPLES.filter((example) => example.api === api).map(({ body }) => body);
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.jsonValue({ maxDepth: 2 }), fc.nat(), (body, value, seed) => {
        const values = [...body.matchAll(/:(?:"[^"\\]*"|\d+|\[[^\]]*\]|null|true|false)/g)];
        const hit = values[seed % values.length]!;
        const spoilt = `${body.slice(0, hit.index)}:${JSON.stringify(value)}${body.slice(hit.index + hit[0].length)}`;
        for (const framing of framings) readAll(api, framing, [Buffer.from(spoilt)]);
      }),
      { numRuns: 200 },
    );
  });
});
