import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sendJson } from '../shared/answers';
import type { Pace } from './pace';
import { perform } from './perform';
import type { Task } from './questions';
import { replyTo, type Part } from './reply';

/**
 * Writes the answer to a task: a stream in its API format, one chunk per token, or one record.
 * Stops when the client disconnects; waits when the client reads slowly. A failure of the model is the last line of a
 * stream, whose status is already sent, and a 500 otherwise.
 */
export async function answerTask(task: Task, response: ServerResponse, pace: Pace, cold: boolean): Promise<void> {
  const { question, promptTokens, seed, stream, dialect } = task;
  if (task.only !== undefined) {
    sendJson(response, 200, dialect.final(task.only, {})[0]);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const reply = replyTo(question);
  const parts = perform({ reply, promptTokens, pace, cold, seed, signal: gone.signal });
  const line = async (record: object): Promise<void> => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': dialect.contentType });
    // The wait also ends with the connection; then the signal ends the generation.
    if (!response.write(dialect.frame(record))) await once(response, 'drain', { signal: gone.signal });
  };

  try {
    const produced: Part[] = [];
    let next = await parts.next();
    for (; next.done !== true; next = await parts.next()) {
      if (!stream) produced.push(next.value);
      else for (const record of dialect.chunk(next.value)) await line(record);
    }
    if (next.value === undefined) return;
    if (reply.failure !== undefined && !stream) {
      sendJson(response, 500, dialect.failure(reply.failure));
    } else if (stream) {
      const { failure } = reply;
      const last = failure === undefined ? dialect.final(reply.doneReason, next.value) : [dialect.failure(failure)];
      for (const record of last) await line(record);
      response.end(failure === undefined ? dialect.end : '');
    } else {
      sendJson(response, 200, dialect.whole(produced, reply.doneReason, next.value));
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
