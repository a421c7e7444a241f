import { JsonDocument } from '../../shared/json-document';
import { isRecord, parseJson, type JsonRecord } from '../../shared/lenient-json';
import { LineSplitter } from '../../shared/line-splitter';
import { SseEvents } from '../../shared/sse-events';
import { ReplyBuilder, type Reply, type ReplyLimits } from './reply';

/** How one API words its answers. Both functions take whatever members are there and never throw. */
export interface Wording {
  /** Reads a whole answer that was not streamed, or what is left of one. */
  readonly readDocument: (document: JsonRecord, builder: ReplyBuilder) => void;
  /** Reads one record of a streamed answer. */
  readonly readRecord: (record: JsonRecord, builder: ReplyBuilder) => void;
  /** Reads the rest of a record whose start is missing, for APIs whose last record may be longer than what is kept. */
  readonly readTornRecord?: (rest: string, builder: ReplyBuilder) => void;
}

/** How an answer's bytes are framed. */
export type Framing = 'document' | 'ndjson' | 'sse';

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
      if (members) readDocument(members, builder);
      else reply.parseErrors++;
      reply.terminal = ended;
      reply.partial = value === undefined;
      return reply;
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
  return streamReader(lines, reply);
}

function sseReader(wording: Wording, builder: ReplyBuilder, limits: ReplyLimits): ReplyReader {
  const { reply } = builder;
  const events = new SseEvents(limits.maxBufferBytes, {
    onEvent: ({ data }) => {
      if (data === '[DONE]') reply.terminal = true;
      else readJson(data, wording, builder);
    },
    onTornLine: (rest) => {
      readTorn(rest, wording, builder);
    },
    onLost: () => {
      reply.partial = true;
    },
  });
  return streamReader(events, reply);
}

function streamReader(framing: LineSplitter | SseEvents, reply: Reply): ReplyReader {
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
      return reply;
    },
  };
}

function readJson(text: string, { readRecord }: Wording, builder: ReplyBuilder): void {
  const record = parseJson(text);
  if (isRecord(record)) readRecord(record, builder);
  else builder.reply.parseErrors++;
}

/** What follows a gap may be a whole record all the same. */
function readTorn(rest: string, { readRecord, readTornRecord }: Wording, builder: ReplyBuilder): void {
  const record = parseJson(rest);
  if (isRecord(record)) readRecord(record, builder);
  else readTornRecord?.(rest, builder);
}
