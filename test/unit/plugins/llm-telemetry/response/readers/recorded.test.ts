import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ApiName } from '../../../../../../plugins/llm-telemetry/request/apis';
import { API_FORMATS } from '../../../../../../plugins/llm-telemetry/response/formats/api-formats';
import { framingOfType } from '../../../../../../plugins/llm-telemetry/response/framing';
import type { LlmResponse } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import { createReader, type ResponseReader } from '../../../../../../plugins/llm-telemetry/response/reader';
import { mediaTypeOf, logEntryOf } from '../../../../../../plugins/shared/telemetry/log-entry';
import { logRecord } from '../../../../../support/exchange';
import { readRecording } from '../../../../../support/recording';
import { RECORDED } from './recorded-responses';

const FIXTURES = join(__dirname, '../../../../../fixtures/llm');
const SEED = 20_261_121;

/** Bodies up to this size are cut at every place, longer ones at {@link SAMPLE} of them. */
const SMALL = 600;
const SAMPLE = 120;

const places = (length: number): readonly number[] =>
  length <= SMALL
    ? Array.from({ length }, (_, place) => place)
    : fc.sample(fc.nat({ max: length - 1 }), { numRuns: SAMPLE, seed: SEED });

/** Makes readers for responses with these headers through Kong. */
function readersFor(api: ApiName, headers: Readonly<Record<string, string>>): () => ResponseReader {
  const framing = framingOfType(mediaTypeOf(logEntryOf(logRecord({ responseHeaders: headers }))!.responseHeaders));
  return () => createReader(API_FORMATS[api], framing, { maxBufferBytes: 65_536, maxTextLength: 1000 });
}

function read(reader: ResponseReader, ...chunks: readonly Uint8Array[]): LlmResponse {
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

/** Fewer bytes may say less, never anything else. */
const saysNoMore = (less: LlmResponse, whole: LlmResponse): boolean =>
  (less.inputTokens ?? whole.inputTokens) === whole.inputTokens &&
  (less.outputTokens ?? whole.outputTokens) === whole.outputTokens &&
  (less.model ?? whole.model) === whole.model &&
  less.finishReasons.every((reason) => whole.finishReasons.includes(reason)) &&
  less.textLength <= whole.textLength &&
  less.toolCallCount <= whole.toolCallCount;

describe.each(RECORDED)('%s', (file, api, says) => {
  const { headers, chunks } = readRecording(join(FIXTURES, `${file}.http`));
  const body = Buffer.concat(chunks);
  const newReader = readersFor(api, headers);
  const whole = read(newReader(), body);

  it('has the expected values', () => {
    const { model, inputTokens, outputTokens, finishReasons, text, thinking, toolCalls, error, terminal } = whole;
    expect({ model, inputTokens, outputTokens, finishReasons, text, thinking, error, terminal }).toEqual({
      model: says.model,
      inputTokens: says.inputTokens,
      outputTokens: says.outputTokens,
      finishReasons: says.finishReasons ?? [],
      text: says.text ?? '',
      thinking: says.thinking ?? '',
      error: says.error,
      terminal: says.terminal ?? true,
    });
    expect(toolCalls).toMatchObject(says.toolCalls ?? []);
    expect(whole).toMatchObject({
      toolCallCount: says.toolCalls?.length ?? 0,
      partial: false,
      parseErrors: 0,
      ...(says.timings && { timings: says.timings }),
      ...(says.id !== undefined && { id: says.id }),
    });
  });

  it('has the same values in its recorded chunks, byte by byte, and split anywhere', () => {
    expect(read(newReader(), ...chunks)).toEqual(whole);
    expect(read(newReader(), ...Array.from(body, (_, at) => body.subarray(at, at + 1)))).toEqual(whole);
    const expected = JSON.stringify(whole);
    const others = places(body.length).filter(
      (place) => JSON.stringify(read(newReader(), body.subarray(0, place), body.subarray(place))) !== expected,
    );
    expect(others).toEqual([]);
  });

  it('has no additional values if it ends early or its middle is missing', () => {
    const inventive = places(body.length).filter((place) => {
      const cut = newReader();
      cut.push(body.subarray(0, place >> 1));
      cut.gap();
      return (
        !saysNoMore(read(newReader(), body.subarray(0, place)), whole) ||
        !saysNoMore(read(cut, body.subarray(place)), whole)
      );
    });
    expect(inventive).toEqual([]);
  });
});

it('reads every recording, and README names the source of each', () => {
  const files = (readdirSync(FIXTURES, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.http'))
    .map((path) => path.slice(0, -'.http'.length));
  expect(RECORDED.map(([file]) => file).sort()).toEqual(files.sort());
  const readme = readFileSync(join(FIXTURES, 'README.md'), 'utf8');
  expect(files.filter((file) => !readme.includes(`\`${file.split('/')[1]!}\``))).toEqual([]);
});
