import type { IncomingMessage, ServerResponse } from 'node:http';
import { readErrorBody } from '../../shared/llm/error-body';
import { traceparentOf, type StartedSpan } from '../../shared/telemetry/spans/started-span';
import type { AgentApi, CallResult, ClientRecord, Dialogue, Ending, ShownCall } from '../apis/dialogue';
import type { GatewayResponse } from '../mcp/post';
import type { WaitingCall } from '../run/approvals';
import type { StoppedBy } from '../run/bounds';
import { afterResults, afterTurn, startRun, stop, type Next } from '../run/loop';
import type { Planned, RunRules, RunState } from '../run/run-state';
import { callerKeyOf, type State } from '../state';
import type { Caller } from '../tickets/caller';
import { errorText } from '../tools/result-text';
import { AnswerWriter, type AnswerHeaders } from './answer-writer';
import { passedHeaders, readRefusal, readTurn } from './ask-model';
import { callTools, type CallReport } from './call-tools';
import { HeldBytes } from './held-bytes';
import { llmHeaders } from './inner-headers';
import { readRequest } from './read-request';
import { RunApprovals } from './run-approvals';
import { NO_RETRY, RETRY_SOON, type AbortCause, type End } from './run-end';
import type { RunReport } from './run-report';
import { definitionsOf, RunTools } from './run-tools';
import { writeJson } from './write-json';

/** One request of a client, from its body to the end of its answer. */
export class AgentRun {
  private readonly controller = new AbortController();
  private readonly writer: AnswerWriter;
  private readonly tools: RunTools;
  private readonly held: HeldBytes;
  private readonly calls: CallReport[] = [];
  private readonly approvals: RunApprovals;
  private readonly startMs: number;
  private abortCause: AbortCause | undefined;
  private dialogue: Dialogue | undefined;
  private run: RunState | undefined;
  private isLastTurnRead = false;

  constructor(
    private readonly state: State,
    private readonly caller: Caller,
    private readonly api: AgentApi,
    private readonly runId: string,
    private readonly started: StartedSpan,
    private readonly response: ServerResponse,
  ) {
    this.writer = new AnswerWriter(response, api, runId, this.controller.signal);
    this.held = new HeldBytes(state);
    this.approvals = new RunApprovals(state, caller);
    const { signal } = this.controller;
    this.tools = new RunTools(state, caller, runId, this.traceparent, signal);
    this.startMs = state.now();
  }

  /** Answers the request. Never rejects, except for bugs. */
  async serve(request: IncomingMessage): Promise<RunReport> {
    const timer = setTimeout(() => {
      this.abort('time');
    }, this.state.config.max_run_seconds * 1000);
    const onClose = (): void => {
      if (!this.response.writableFinished) this.abort('client_left');
    };
    this.response.once('close', onClose);
    try {
      return this.report(await this.answer(request));
    } catch (error) {
      if (this.abortCause === undefined) throw error;
      return this.report(await this.endAborted(this.abortCause));
    } finally {
      clearTimeout(timer);
      this.response.off('close', onClose);
      this.writer.stop();
      this.controller.abort();
      this.tools.close();
      this.approvals.release();
      this.held.release();
    }
  }

  private async answer(request: IncomingMessage): Promise<End> {
    const { config } = this.state;
    const read = await readRequest(request, config.max_request_bytes, this.state.thread).catch((error: unknown) => {
      this.abort('client_left');
      throw error;
    });
    if (!read.ok) return this.reject(read.status, read.message, read.status === 503 ? RETRY_SOON : {});
    if (!this.held.hold(read.bytes)) return this.reject(503, 'too many bytes are held by other runs', RETRY_SOON);
    const showsCalls =
      config.tool_events === 'always' || (config.tool_events === 'on_request' && this.caller.wantsEvents);
    const opened = this.api.open(read.body, {
      showsCalls,
      now: this.state.now,
      readApproval: (id) => this.approvals.read(id),
      keptResponseId: (id) => this.state.responseIds.keptBy(callerKeyOf(this.caller), id),
    });
    if ('problem' in opened) return this.reject(400, opened.problem);
    this.dialogue = opened;
    const rules = await this.tools.rulesFor(opened);
    if ('missing' in rules) {
      return this.failWith(502, `the tools of ${rules.missing} are not available: ${rules.why}`, 'tools_unavailable');
    }
    return this.loop(opened, rules);
  }

  private async loop(dialogue: Dialogue, rules: RunRules): Promise<End> {
    const tools = dialogue.allowsTools ? definitionsOf(rules.tools) : [];
    let next: Next = startRun(rules, dialogue.answered);
    for (;;) {
      this.run = next.state;
      const { step } = next;
      switch (step.kind) {
        case 'ask': {
          const asked = await this.ask(dialogue, await writeJson(dialogue.request(tools, step.isLast)));
          if ('outcome' in asked) return asked;
          next =
            typeof asked.turn === 'string' ? stop(next.state, asked.turn) : afterTurn(next.state, asked.turn, rules);
          break;
        }
        case 'call':
          dialogue.continueWith(await this.call(step.planned, dialogue));
          next = afterResults(next.state, rules);
          break;
        case 'ask_approval':
          return this.askApproval(dialogue, step.calls);
        case 'end':
          return this.finish(dialogue, step.ending);
        case 'fail':
          return this.failWith(502, step.message, 'llm_error');
      }
    }
  }

  /** Asks the model once; the turn, the bound that it passed, or the end of the run. */
  private async ask(
    dialogue: Dialogue,
    body: Buffer,
  ): Promise<End | { readonly turn: Parameters<typeof afterTurn>[1] | StoppedBy }> {
    const { config, send } = this.state;
    const bytes = body.length;
    if (bytes > config.max_history_bytes || !this.held.hold(bytes)) {
      if (this.run?.rounds === 0) return this.reject(413, 'the request is too large (max_history_bytes)');
      return { turn: 'max_history_bytes' };
    }
    let response: GatewayResponse;
    try {
      const path = `${config.llm_path.replace(/\/$/, '')}${this.api.path}`;
      const headers = llmHeaders(this.caller, this.runId, this.traceparent);
      const { signal } = this.controller;
      response = await send({ method: 'POST', path, headers, body, signal, timeoutMs: config.llm_timeout * 1000 });
    } catch (error) {
      this.controller.signal.throwIfAborted();
      return this.failWith(
        isTimeout(error) ? 504 : 502,
        'the model does not answer',
        isTimeout(error) ? 'timeout' : 'llm_unreachable',
      );
    }
    if (response.status < 200 || response.status > 299) return this.refused(response);
    if (this.run?.rounds === 0) this.writer.start(passedHeaders(response.headers), dialogue);
    try {
      this.isLastTurnRead = false;
      const read = await readTurn(this.api, dialogue, response, config.max_turn_bytes, (records) =>
        this.writer.write(records),
      );
      this.isLastTurnRead = read.kind === 'turn';
      return { turn: read.kind === 'too_long' ? 'max_turn_bytes' : read.turn };
    } catch (error) {
      this.controller.signal.throwIfAborted();
      return this.failWith(502, 'the stream of the model broke off', isTimeout(error) ? 'timeout' : 'llm_error');
    }
  }

  /** The route of the model rejects: in the first round the client receives its response, later an error. */
  private async refused(response: GatewayResponse): Promise<End> {
    const refusal = await readRefusal(response);
    const errorType = String(refusal.status);
    if (this.run?.rounds === 0) {
      const hasCalled = this.calls.length > 0;
      this.writer.pass(refusal.status, refusal.body, { ...refusal.headers, ...(hasCalled && NO_RETRY) });
      return { outcome: refusal.status < 500 ? 'rejected' : 'failed', errorType };
    }
    const own = errorText(readErrorBody(refusal.body) ?? '');
    const message = `the model rejects the next round with ${refusal.status}${own === '' ? '' : `: ${own}`}`;
    const { 'retry-after': wait } = refusal.headers;
    const headers: AnswerHeaders = wait === undefined ? {} : { 'Retry-After': wait };
    return this.failWith(refusal.status === 429 ? 429 : 502, message, errorType, headers);
  }

  private async call(planned: readonly Planned[], dialogue: Dialogue): Promise<readonly CallResult[]> {
    const { config, now } = this.state;
    const results = await callTools(planned, {
      connectionTo: (server) => this.tools.connectionTo(server),
      maxParallel: config.max_parallel_calls,
      maxResultBytes: config.max_result_bytes,
      takesImages: dialogue.takesImages,
      signal: this.controller.signal,
      now,
      onStart: (shown: ShownCall) => {
        // The user approved one call: from now on the approval is used, whatever becomes of the run.
        if (shown.approvalId !== undefined) this.approvals.use(shown.approvalId);
        return this.writer.write(dialogue.showCall(shown));
      },
      onEnd: async (shown, result, report) => {
        this.calls.push(report);
        if (shown) await this.writer.write(dialogue.showResult(shown, result, Math.round(report.durationMs)));
      },
    });
    this.controller.signal.throwIfAborted();
    return results;
  }

  private askApproval(dialogue: Dialogue, calls: readonly WaitingCall[]): Promise<End> {
    return this.finish(dialogue, 'approval', dialogue.askApproval(this.approvals.requestsFor(calls)));
  }

  private async finish(dialogue: Dialogue, ending: Ending, records: readonly ClientRecord[] = []): Promise<End> {
    const last = [...records];
    if (ending === 'handed_back') last.push(...dialogue.handBack());
    if (ending === 'cut' && !this.isLastTurnRead) last.push(...dialogue.interrupt());
    last.push(...dialogue.finish(ending));
    const alias = dialogue.alias();
    if (alias) this.state.responseIds.add(callerKeyOf(this.caller), alias.shown, alias.kept);
    if (this.writer.hasStarted) await this.writer.end(last, true);
    else this.writer.document(dialogue.document(this.summary()));
    const isStopped = this.run?.stoppedBy !== undefined;
    if (ending === 'handed_back' || ending === 'approval') return { outcome: ending };
    return { outcome: isStopped ? 'stopped' : 'answered' };
  }

  private summary() {
    const { rounds = 0, stoppedBy } = this.run ?? {};
    return {
      run: this.runId,
      rounds,
      tool_calls: this.calls.length,
      ...(stoppedBy !== undefined && { stopped_by: stoppedBy }),
    };
  }

  /** The time of the run is over, or the client left. */
  private async endAborted(reason: AbortCause): Promise<End> {
    if (reason === 'client_left') return { outcome: 'client_left', errorType: 'client_left' };
    if (this.run) this.run = stop(this.run, 'max_run_seconds').state;
    if (!this.dialogue || ((this.run?.rounds ?? 0) === 0 && !this.writer.hasStarted)) {
      return this.failWith(504, 'the run took longer than max_run_seconds', 'timeout');
    }
    return this.finish(this.dialogue, 'cut');
  }

  private reject(status: number, message: string, headers: AnswerHeaders = {}): End {
    this.writer.fail(status, message, headers);
    return { outcome: 'rejected', errorType: String(status) };
  }

  private async failWith(
    status: number,
    message: string,
    errorType: string,
    headers: AnswerHeaders = {},
  ): Promise<End> {
    const hasCalled = this.calls.length > 0;
    if (this.writer.hasStarted) await this.writer.end(this.dialogue?.fail(message) ?? [], false);
    else this.writer.fail(status, message, { ...headers, ...(hasCalled && NO_RETRY) });
    return { outcome: 'failed', errorType };
  }

  private abort(reason: AbortCause): void {
    this.abortCause ??= reason;
    this.controller.abort();
  }

  private get traceparent(): string {
    return traceparentOf(this.started, this.state.spans.keeps(this.started.ids.traceId));
  }

  private report({ outcome, errorType }: End): RunReport {
    const { run, dialogue } = this;
    return {
      runId: this.runId,
      api: this.api.name,
      model: dialogue?.model,
      facts: dialogue?.facts(),
      content: this.state.config.capture_content === 'none' ? undefined : dialogue?.content(),
      outcome,
      errorType,
      stoppedBy: run?.stoppedBy,
      rounds: run?.rounds ?? 0,
      deferred: run?.deferred ?? 0,
      calls: this.calls,
      startMs: this.startMs,
      endMs: this.state.now(),
    };
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && /Timeout/.test(error.name);
