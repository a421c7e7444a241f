/*
 * What the page does in the browser. Everything that comes from a model, a tool or a server is inserted as text.
 * Plain JavaScript for browsers from 2024 on; no library.
 */
'use strict';
const MAX_TURNS = 20;
const byId = (id) => document.getElementById(id);
const [form, question, send, stopButton, clear, models, key, transcript, empty, example, statusLine, demo] = [
  'form',
  'prompt',
  'send',
  'stop',
  'clear',
  'model',
  'key',
  'transcript',
  'empty',
  'example',
  'status',
  'demo',
].map(byId);

/** The page is served at `/` and at `/chat`; the agent is beside it. */
const root = location.pathname.replace(/\/*(?:chat\/*)?$/, '');
const session = crypto.randomUUID();
let messages = [];
let running;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const hex = (bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const headers = () => (key.value === '' ? {} : { apikey: key.value });

const loadModels = async () => {
  try {
    const [version, tags] = await Promise.all(
      ['version', 'tags'].map((path) => fetch(root + '/agent/api/' + path, { headers: headers() })),
    );
    if (!tags.ok) throw new Error(problemOf(tags.status, tags.headers));
    const { models: known = [] } = await tags.json();
    const chosen = models.value;
    const usable = known.filter(({ capabilities }) => !capabilities || capabilities.includes('tools'));
    models.replaceChildren(...usable.map(({ name }) => new Option(name, name)));
    if (usable.some(({ name }) => name === chosen)) models.value = chosen;
    demo.hidden = !version.ok || (await version.json()).version !== '0.0.0-demo';
    statusLine.textContent = usable.length > 0 ? '' : 'The server has no model that can call tools.';
  } catch (error) {
    statusLine.textContent = 'The models could not be loaded. ' + error.message;
  }
};

const problemOf = (status, answer) => {
  const wait = answer.get('retry-after') ?? answer.get('ratelimit-reset');
  if (status === 401) return 'The gateway wants an API key: enter it above.';
  if (status === 403) return 'The gateway does not allow this.';
  if (status === 429)
    return 'The limit is reached. ' + (wait ? 'Try again in ' + wait + ' seconds.' : 'Try again later.');
  if (status === 503) return 'The gateway is busy. Try again in a moment.';
  return 'The gateway answered with status ' + status + '.';
};

const addTurn = (role) => {
  const item = make('li', role);
  item.append(make('div', 'who', role === 'user' ? 'You' : models.value));
  transcript.append(item);
  while (transcript.children.length > 2 * MAX_TURNS) transcript.firstElementChild.remove();
  empty.hidden = true;
  return item;
};

const addTool = (item, before, agent) => {
  const box = make('div', 'tool');
  box.dataset.id = agent.id;
  box.append(
    make('strong', '', agent.tool),
    make('span', 'facts', ' at ' + agent.server),
    make('code', 'arguments', JSON.stringify(agent.arguments)),
  );
  item.insertBefore(box, before);
};

const addResult = (item, agent) => {
  const box = [...item.querySelectorAll('.tool')].find(({ dataset }) => dataset.id === agent.id);
  if (!box) return;
  if (agent.is_error) box.classList.add('failed');
  box.append(make('code', 'result', agent.content), make('span', 'facts', agent.duration_ms + ' ms'));
};

/** The records of a stream of lines of JSON. */
async function* recordsOf(body) {
  const decoder = new TextDecoder();
  let rest = '';
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
    if (done) break;
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}

const factsOf = (last, firstMs, traceId) => {
  const facts = make('div', 'facts');
  const parts = [];
  if (last?.prompt_eval_count !== undefined) parts.push(last.prompt_eval_count + ' tokens in');
  if (last?.eval_count !== undefined) parts.push(last.eval_count + ' tokens out');
  if (firstMs !== undefined) parts.push('first token after ' + Math.round(firstMs) + ' ms');
  facts.append(parts.join(' · ') + ' · ');
  const link = make('a', 'trace', 'Trace');
  link.href = root + '/phoenix/redirects/traces/' + traceId;
  link.target = '_blank';
  link.rel = 'noopener';
  facts.append(link);
  return facts;
};

const ask = async (content) => {
  addTurn('user').append(make('div', 'text', content));
  messages.push({ role: 'user', content });
  const item = addTurn('assistant');
  item.setAttribute('aria-busy', 'true');
  const text = make('div', 'text');
  item.append(text);
  item.scrollIntoView({ block: 'end' });
  const traceId = hex(16);
  const startedAt = performance.now();
  let firstMs;
  let last;
  running = new AbortController();
  setRunning(true);
  try {
    const response = await fetch(root + '/agent/api/chat', {
      method: 'POST',
      signal: running.signal,
      headers: {
        ...headers(),
        'Content-Type': 'application/json',
        'X-Agent-Events': '1',
        'X-Session-Id': session,
        traceparent: '00-' + traceId + '-' + hex(8) + '-01',
      },
      body: JSON.stringify({ model: models.value, messages: messages.slice(-2 * MAX_TURNS) }),
    });
    if (!response.ok) throw new Error(problemOf(response.status, response.headers));
    for await (const record of recordsOf(response.body)) {
      if (record.error) throw new Error(record.error);
      if (record.agent?.event === 'tool_call') addTool(item, text, record.agent);
      if (record.agent?.event === 'tool_result') addResult(item, record.agent);
      const piece = record.message?.content ?? '';
      if (piece !== '' && firstMs === undefined) firstMs = performance.now() - startedAt;
      text.textContent += piece;
      if (record.done) last = record;
      item.scrollIntoView({ block: 'end' });
    }
    if (!last) throw new Error('The answer broke off.');
    messages.push({ role: 'assistant', content: text.textContent });
  } catch (error) {
    messages.pop();
    item.append(make('div', 'problem', error.name === 'AbortError' ? 'Stopped.' : error.message));
  } finally {
    item.append(factsOf(last, firstMs, traceId));
    item.removeAttribute('aria-busy');
    item.scrollIntoView({ block: 'end' });
    setRunning(false);
  }
};

const setRunning = (isRunning) => {
  send.hidden = isRunning;
  stopButton.hidden = !isRunning;
  statusLine.textContent = isRunning ? 'Answering…' : '';
  (isRunning ? stopButton : question).focus();
  if (!isRunning) running = undefined;
};

const submit = () => {
  const content = question.value.trim();
  if (content === '' || running) return;
  question.value = '';
  void ask(content);
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
question.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
stopButton.addEventListener('click', () => running?.abort());
example.addEventListener('click', () => {
  question.value = example.textContent;
  submit();
});
clear.addEventListener('click', () => {
  running?.abort();
  messages = [];
  transcript.replaceChildren();
  empty.hidden = false;
  question.focus();
});
key.addEventListener('change', () => void loadModels());
void loadModels();
question.focus();
