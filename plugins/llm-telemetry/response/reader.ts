import { LineSplitter } from '../../shared/captured-body/line-splitter';
import { SseEvents } from '../../shared/captured-body/sse-events';
import { JsonDocument } from '../../shared/json/json-document';
import { topLevelObjects } from '../../shared/json/json-fragment';
import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';
import { messageIn } from './errors/errors';
import type { Framing } from './framing';
import { ReplyBuilder, type Reply, type ReplyLimits } from './llm-response';

/** How one API words its answers. Both functions take whatever members are there and never throw. */
export interface Wording {
  /** Reads a whole answer that was not streamed, or what is left of one. */
  readonly readDocument: (document: JsonObject, builder: ReplyBuilder) => void;
  /** Reads one record of a streamed answer. */
  readonly readRecord: (record: JsonObject, builder: ReplyBuilder) => void;
  /** Reads the rest of a record whose start is missing, for APIs whose last record may be longer than what is kept. */
  readonly readTornRecord?: (rest: string, builder: ReplyBuilder) => void;
  /** True where a stream is over once each choice has its reason: not every server writes `[DONE]`. */
  readonly endsWithReasons?: boolean;
}

/** Reads an answer from chunks of bytes. No method throws, whatever the bytes are and wherever they are cut. */
export interface ReplyReader {
  push(chunk: Uint8Array): void;
  /** Bytes between the last chunk and the next one are missing. */
  gap(): void;
  /** The answer is over; call it once, last. */
  end(): Reply;
}

/** Makes the reader of an API's answers in a framing. */
export function createReader(wording: Wording, framing: Framing, limits: ReplyLimits): ReplyReader {
  const builder = new ReplyBuilder(limits);
  switch (framing) {
    case 'document':
      return documentReader(wording, builder, limits);
    case 'ndjson':
      return ndjsonReader(wording, builder, limits);
    case 'sse':
      return sseReader(wording, builder, limits);
  }
}

function documentReader({ readDocument }: Wording, builder: ReplyBuilder, limits: ReplyLimits): ReplyReader {
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
      const { reply } = builder;
      reply.terminal = ended;
      reply.partial = value === undefined;
      if (members) readDocument(members, builder);
      else reply.parseErrors++;
      return builder.end();
    },
  };
}

function ndjsonReader(wording: Wording, builder: ReplyBuilder, limits: ReplyLimits): ReplyReader {
  const { reply } = builder;
  const lines = new LineSplitter(limits.maxBufferBytes, {
    onLine: (line) => {
      if (line.trim() !== '') readJson(line, wording, builder);
    },
    onTornLine: (rest) => {
      readTorn(rest, wording, builder);
    },
    onLost: () => {
      reply.partial = true;
    },
  });
  return streamReader(lines, wording, builder);
}

function sseReader(wording: Wording, builder: ReplyBuilder, limits: ReplyLimits): ReplyReader {
  const { reply } = builder;
  const events = new SseEvents(limits.maxBufferBytes, {
    onEvent: ({ event, data }) => {
      readData(event, data, wording, builder);
    },
    // Some servers write the error that ends a stream without the word `data`, or in a field of its own.
    onOtherLine: (line) => {
      const record = parseJson(line.startsWith('error:') ? `{"error":${line.slice('error:'.length)}}` : line);
      if (isJsonObject(record)) wording.readRecord(record, builder);
    },
    onTornLine: (rest) => {
      readTorn(rest, wording, builder);
    },
    onLost: () => {
      reply.partial = true;
    },
  });
  return streamReader(events, wording, builder);
}

function streamReader(framing: LineSplitter | SseEvents, wording: Wording, builder: ReplyBuilder): ReplyReader {
  const { reply } = builder;
  return {
    push: (chunk) => {
      framing.push(chunk);
    },
    gap: () => {
      reply.partial = true;
      framing.gap();
    },
    end: () => {
      framing.end();
      if (wording.endsWithReasons && builder.isFinished) reply.terminal = true;
      return builder.end();
    },
  };
}

/** The data of an event: a record, or several where a server leaves out the blank lines between them. */
function readData(event: string, data: string, wording: Wording, builder: ReplyBuilder): void {
  const record = parseJson(data);
  if (isJsonObject(record)) {
    wording.readRecord(record, builder);
    if (event === 'error') builder.reply.error ??= { message: messageIn(record) ?? 'error' };
    return;
  }
  for (const line of data.split('\n')) {
    if (line.trim() === '[DONE]') builder.reply.terminal = true;
    else if (line.trim() !== '') readJson(line, wording, builder);
  }
}

function readJson(text: string, { readRecord }: Wording, builder: ReplyBuilder): void {
  const record = parseJson(text);
  const records = isJsonObject(record) ? [record] : topLevelObjects(text).map(parseJson).filter(isJsonObject);
  for (const one of records) readRecord(one, builder);
  if (records.length === 0) builder.reply.parseErrors++;
}

/** What follows a gap may be a whole record all the same. */
function readTorn(rest: string, { readRecord, readTornRecord }: Wording, builder: ReplyBuilder): void {
  const record = parseJson(rest);
  if (isJsonObject(record)) readRecord(record, builder);
  else readTornRecord?.(rest, builder);
}
