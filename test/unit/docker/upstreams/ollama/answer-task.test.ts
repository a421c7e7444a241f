import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { answerTask } from '../../../../../docker/upstreams/ollama/answer-task';
import { findModel } from '../../../../../docker/upstreams/ollama/models';
import { INSTANT } from '../../../../../docker/upstreams/ollama/pace';
import { readGenerate } from '../../../../../docker/upstreams/ollama/questions';

/** A response of which the client reads `take` chunks and then stops. */
class SlowResponse extends Writable {
  headersSent = false;
  taken = 0;
  written = 0;

  constructor(private readonly take: number) {
    super({ highWaterMark: 1_000 });
  }
  writeHead(): this {
    this.headersSent = true;
    return this;
  }
  override write(chunk: string): boolean {
    this.written += 1;
    return super.write(chunk);
  }
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    this.taken += 1;
    if (this.taken <= this.take) done();
  }
}

describe('answerTask', () => {
  it('stops producing while the client does not read, and ends when it disconnects', async () => {
    const read = readGenerate({ model: 'demo-long', prompt: 'x' }, findModel('demo-long')!);
    if (!read.ok) throw new Error(read.error);
    const response = new SlowResponse(20);
    const answered = answerTask(read.task, response as unknown as ServerResponse, INSTANT, false);
    while (!response.writableNeedDrain) await new Promise(setImmediate);
    const { written } = response;
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(response.written).toBe(written);
    expect(written).toBeLessThan(50);
    response.destroy();
    await answered;
  });
});
