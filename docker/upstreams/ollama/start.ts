import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';
import { send, sendJson, sendText } from '../shared/answers';
import { startHttpServer, type ListenOptions, type RunningServer } from '../shared/http-server';
import { isLoopback } from '../shared/loopback';
import { readBody } from '../shared/read-body';
import { routeOf } from '../shared/route';
import { Slots } from '../shared/slots';
import { answerTask } from './answer-task';
import { anthropicError } from './anthropic-dialect';
import { anthropicRequest } from './anthropic-request';
import { embed } from './embedding';
import { findModel, listedModel, models, shownModel, type Model } from './models';
import { openaiError } from './openai-dialect';
import { openaiChatRequest } from './openai-request';
import { REALISTIC, type Pace } from './pace';
import { readAnthropic, readChat, readGenerate, readOpenaiChat, readResponses, type Read } from './questions';
import { chatRequest, embedRequest, generateRequest, parseRequest, showRequest } from './requests';
import { responsesRequest } from './responses-request';
import { countTokens } from './tokens';

/** Settings of the Ollama-compatible demo; every limit has a default. */
export interface OllamaOptions extends ListenOptions {
  /** Speed, default similar to a small model on a laptop; `INSTANT` for tests. */
  pace?: Pace;
  /** Concurrent answers, default 64; one more is rejected with 503, as in Ollama. */
  maxConcurrent?: number;
  /** Longest request body in bytes, default 20 MiB, the limit of the gateway; a longer one is answered with 413. */
  maxBodyBytes?: number;
}

/** The version in `/api/version`: not a release of Ollama. */
const VERSION = '0.0.0-demo';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * Starts a server with Ollama's API for chat, generate, embed, show, tags and version, OpenAI's chat and responses,
 * Anthropic's messages, and demo models.
 */
export async function startOllama({
  pace = REALISTIC,
  maxConcurrent = 64,
  maxBodyBytes = 20_971_520,
  ...listen
}: OllamaOptions = {}): Promise<RunningServer> {
  const slots = new Slots(maxConcurrent);
  const loaded = new Set<Model>();

  /** Parses the body with `schema` and finds its model, or sends an error. */
  const withModel =
    <T extends { model: string; name?: string }>(
      schema: z.ZodType<T>,
      answer: (request: T, model: Model, response: ServerResponse) => Promise<void> | void,
      errorOf: (message: string) => object = (error) => ({ error }),
    ): Answer =>
    async (request, response) => {
      const body = await readBody(request, maxBodyBytes);
      if (!body) {
        sendJson(response, 413, errorOf('request body too large'), { connection: 'close' });
        return;
      }
      const parsed = parseRequest(schema, body);
      if (!parsed.ok) {
        sendJson(response, 400, errorOf(parsed.error));
        return;
      }
      const name = parsed.request.model !== '' ? parsed.request.model : (parsed.request.name ?? '');
      const model = findModel(name);
      if (model) await answer(parsed.request, model, response);
      else if (name === '') sendJson(response, 400, errorOf('model is required'));
      else sendJson(response, 404, errorOf(`model '${name.slice(0, 200)}' not found`));
    };

  const perform = async (
    read: Read,
    model: Model,
    response: ServerResponse,
    errorOf: (message: string) => object = (error) => ({ error }),
  ): Promise<void> => {
    if (!read.ok) {
      sendJson(response, 400, errorOf(read.error));
      return;
    }
    const free = slots.take();
    if (!free) {
      sendJson(response, 503, errorOf('server busy, please try again.  maximum pending requests exceeded'));
      return;
    }
    try {
      const cold = !loaded.has(model);
      if (read.task.only === 'unload') loaded.delete(model);
      else loaded.add(model);
      await answerTask(read.task, response, pace, cold);
    } finally {
      free();
    }
  };

  const routes: Record<string, { method: string; answer: Answer }> = {
    '/': get((response) => {
      sendText(response, 200, 'Ollama is running');
    }),
    '/health': get((response) => {
      sendJson(response, 200, { status: 'ok' });
    }),
    '/api/version': get((response) => {
      sendJson(response, 200, { version: VERSION });
    }),
    '/api/tags': get((response) => {
      sendJson(response, 200, { models: [...models.values()].map(listedModel) });
    }),
    '/api/show': post(
      withModel(showRequest, (_request, model, response) => {
        sendJson(response, 200, shownModel(model));
      }),
    ),
    '/api/chat': post(
      withModel(chatRequest, (request, model, response) => perform(readChat(request, model), model, response)),
    ),
    '/v1/models': get((response) => {
      const data = [...models.keys()].map((id) => ({ id, object: 'model', created: 0, owned_by: 'library' }));
      sendJson(response, 200, { object: 'list', data });
    }),
    '/v1/chat/completions': post(
      withModel(
        openaiChatRequest,
        (request, model, response) => perform(readOpenaiChat(request, model), model, response, openaiError),
        openaiError,
      ),
    ),
    '/v1/responses': post(
      withModel(
        responsesRequest,
        (request, model, response) => perform(readResponses(request, model), model, response, openaiError),
        openaiError,
      ),
    ),
    '/v1/messages': post(
      withModel(
        anthropicRequest,
        (request, model, response) => perform(readAnthropic(request, model), model, response, anthropicError),
        anthropicError,
      ),
    ),
    '/api/generate': post(
      withModel(generateRequest, (request, model, response) => perform(readGenerate(request, model), model, response)),
    ),
    '/api/embed': post(
      withModel(embedRequest, ({ model: name, input }, model, response) => {
        if (!model.capabilities.includes('embedding')) {
          sendJson(response, 400, { error: `"${name}" does not support embedding` });
          return;
        }
        const started = process.hrtime.bigint();
        const inputs = typeof input === 'string' ? [input] : input;
        sendJson(response, 200, {
          model: name,
          embeddings: inputs.map(embed),
          total_duration: Number(process.hrtime.bigint() - started),
          prompt_eval_count: inputs.reduce((sum, text) => sum + countTokens(text), 0),
        });
      }),
    ),
  };

  const checksHost = isLoopback(listen.host ?? '127.0.0.1');
  return startHttpServer(listen, async (request, response) => {
    // Like Ollama: on loopback it accepts only the names of loopback, and rejects others without a body.
    if (checksHost && !isLoopback(request.headers.host)) {
      send(response, 403, 'text/plain', '');
      return;
    }
    const route = routeOf(request);
    const found = route && Object.hasOwn(routes, route.path) ? routes[route.path] : undefined;
    if (!found) sendText(response, 404, '404 page not found');
    else if (found.method !== route?.method) sendText(response, 405, '405 method not allowed');
    else await found.answer(request, response);
  });
}

function get(answer: (response: ServerResponse) => void): { method: string; answer: Answer } {
  return {
    method: 'GET',
    answer: (_request, response) => {
      answer(response);
    },
  };
}

function post(answer: Answer): { method: string; answer: Answer } {
  return { method: 'POST', answer };
}
