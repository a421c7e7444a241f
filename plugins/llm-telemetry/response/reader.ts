import { LineSplitter } from '../../shared/captured-body/line-splitter';
import { SseEvents } from '../../shared/captured-body/sse-events';
import { JsonDocument } from '../../shared/json/json-document';
import { topLevelObjects } from '../../shared/json/json-fragment';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';
import { messageIn } from '../../shared/llm/errors';
import type { Framing } from './framing';
import { ResponseBuilder, type LlmResponse, type ResponseLimits } from './llm-response';

/** The response format of an API. No function throws, whatever members are present. */
export interface ApiFormat {
  /** Reads a response that was not streamed, or what is left of one. */
  readonly readDocument: (document: JsonObject, builder: ResponseBuilder) => void;
  /** Reads one record of a streamed response. */
  readonly readRecord: (record: JsonObject, builder: ResponseBuilder) => void;
  /**
   * Reads the rest of a record whose start is missing; for APIs whose last record may be longer than the captured part.
   */
  readonly readPartialRecord?: (rest: string, builder: ResponseBuilder) => void;
  /** True if a stream has ended when each choice has its finish reason: not every server sends `[DONE]`. */
  readonly endsWithReasons?: boolean;
}

/** Reads a response in chunks of bytes. No method throws, whatever the bytes are and wherever they are cut. */
export interface ResponseReader {
  push(chunk: Uint8Array): void;
  /** Marks a gap: bytes between the last chunk and the next one are missing. */
  gap(): void;
  /** Ends the response; call it once, last. */
  end(): LlmResponse;
}

/** Creates the reader for an API's format and a framing. */
export function createReader(format: ApiFormat, framing: Framing, limits: ResponseLimits): ResponseReader {
  const builder = new ResponseBuilder(limits);
  switch (framing) {
    case 'document':
      return documentReader(format, builder, limits);
    case 'ndjson':
      return ndjsonReader(format, builder, limits);
    case 'sse':
      return sseReader(format, builder, limits);
  }
}

function documentReader({ readDocument }: ApiFormat, builder: ResponseBuilder, limits: ResponseLimits): ResponseReader {
  const document = new JsonDocument(limits.maxBufferBytes);
  return {
    push: (chunk) => {
      document.push(chunk);
    },
    gap: () => {
      document.gap();
    },
    end: () => {
      const { members, value, ended } = document.end();
      const { response } = builder;
      response.terminal = ended;
      response.partial = value === undefined;
      if (members) readDocument(members, builder);
      else response.parseErrors++;
      return builder.end();
    },
  };
}

function ndjsonReader(format: ApiFormat, builder: ResponseBuilder, limits: ResponseLimits): ResponseReader {
  const { response } = builder;
  const lines = new LineSplitter(limits.maxBufferBytes, {
    onLine: (line) => {
      if (line.trim() !== '') readJson(line, format, builder);
    },
    onPartialLine: (rest) => {
      readPartial(rest, format, builder);
    },
    onLost: () => {
      response.partial = true;
    },
  });
  return streamReader(lines, format, builder);
}

function sseReader(format: ApiFormat, builder: ResponseBuilder, limits: ResponseLimits): ResponseReader {
  const { response } = builder;
  const events = new SseEvents(limits.maxBufferBytes, {
    onEvent: ({ event, data }) => {
      readData(event, data, format, builder);
    },
    // Some servers send the error that ends a stream without `data`, or in a field named `error`.
    onOtherLine: (line) => {
      const record = parseJson(line.startsWith('error:') ? `{"error":${line.slice('error:'.length)}}` : line);
      if (isJsonObject(record)) format.readRecord(record, builder);
    },
    onPartialLine: (rest) => {
      readPartial(rest, format, builder);
    },
    onLost: () => {
      response.partial = true;
    },
  });
  return streamReader(events, format, builder);
}

function streamReader(framing: LineSplitter | SseEvents, format: ApiFormat, builder: ResponseBuilder): ResponseReader {
  const { response } = builder;
  return {
    push: (chunk) => {
      framing.push(chunk);
    },
    gap: () => {
      response.partial = true;
      framing.gap();
    },
    end: () => {
      framing.end();
      if (format.endsWithReasons && builder.isFinished) response.terminal = true;
      return builder.end();
    },
  };
}

/** The data of an event: one record, or several if a server sends no blank lines between them. */
function readData(event: string, data: string, format: ApiFormat, builder: ResponseBuilder): void {
  const record = parseJson(data);
  if (isJsonObject(record)) {
    format.readRecord(record, builder);
    if (event === 'error') builder.response.error ??= { message: messageIn(record) ?? 'error' };
    return;
  }
  for (const line of data.split('\n')) {
    if (line.trim() === '[DONE]') builder.response.terminal = true;
    else if (line.trim() !== '') readJson(line, format, builder);
  }
}

function readJson(text: string, { readRecord }: ApiFormat, builder: ResponseBuilder): void {
  const record = parseJson(text);
  const records = isJsonObject(record) ? [record] : topLevelObjects(text).map(parseJson).filter(isJsonObject);
  for (const one of records) readRecord(one, builder);
  if (records.length === 0) builder.response.parseErrors++;
}

/** The text after a gap may be a whole record. */
function readPartial(rest: string, { readRecord, readPartialRecord }: ApiFormat, builder: ResponseBuilder): void {
  const record = parseJson(rest);
  if (isJsonObject(record)) readRecord(record, builder);
  else readPartialRecord?.(rest, builder);
}
