/*
 * What the page does in the browser. Data of a span is inserted as text, never as markup.
 * Plain JavaScript for browsers from 2024 on; no library.
 */
'use strict';
const MAX_ROWS = 500;
const base = location.pathname.replace(/\/*$/, '/');
const byId = (id) => document.getElementById(id);
const [state, rows, empty, filter, project] = ['state', 'rows', 'empty', 'filter', 'project'].map(byId);
let lastSeq = 0;

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const duration = (ms) => {
  if (ms === undefined) return '';
  if (ms < 1) return ms.toFixed(2) + ' ms';
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (ms < 60000) return (ms / 1000).toFixed(2) + ' s';
  return (ms / 60000).toFixed(1) + ' min';
};

const clock = (ms) => {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return '';
  const time = at.toTimeString().slice(0, 8) + '.' + String(at.getMilliseconds()).padStart(3, '0');
  return at.toDateString() === new Date().toDateString() ? time : at.toISOString().slice(0, 10) + ' ' + time;
};

const numbered = (label, text) => {
  const cell = make('td', 'number', text);
  cell.dataset.label = label;
  return cell;
};

const rowFor = (span) => {
  const row = make('tr', 'span');
  row.dataset.seq = span.seq;
  row.dataset.project = span.project;
  row.dataset.text = [span.name, span.kind, span.subject, span.status, span.project, span.traceId]
    .join(' ')
    .toLowerCase();

  const button = make('button', '', span.name || '(no name)');
  button.type = 'button';
  button.setAttribute('aria-expanded', 'false');
  const name = make('td', 'name');
  name.append(button);
  if (span.statusMessage) name.append(make('span', 'message', span.statusMessage));

  const kind = make('td', 'kind');
  kind.append(make('span', '', span.kind));
  row.append(
    make('td', 'time', clock(span.startMs)),
    name,
    kind,
    make('td', 'subject', span.subject ?? ''),
    numbered('Tokens in', span.tokensIn?.toLocaleString() ?? ''),
    numbered('Tokens out', span.tokensOut?.toLocaleString() ?? ''),
    numbered('First chunk', duration(span.firstChunkMs)),
    numbered('Duration', duration(span.durationMs)),
    make('td', 'status ' + span.status, span.status === 'UNSET' ? 'Unset' : span.status === 'OK' ? 'OK' : 'Error'),
    make('td', 'project', span.project),
  );
  row.addEventListener('click', () => toggle(row, button));
  return row;
};

const toggle = async (row, button) => {
  if (String(getSelection()) !== '') return;
  if (row.classList.toggle('open')) {
    const detail = make('tr', 'detail');
    const cell = make('td', '', 'Loading…');
    cell.colSpan = 10;
    detail.append(cell);
    row.after(detail);
    button.setAttribute('aria-expanded', 'true');
    cell.replaceChildren(...(await details(row.dataset.seq)));
  } else {
    row.nextElementSibling?.remove();
    button.setAttribute('aria-expanded', 'false');
  }
};

const details = async (seq) => {
  try {
    const response = await fetch(base + 'spans/' + seq);
    if (!response.ok) return [make('p', '', 'This span is no longer kept.')];
    const span = await response.json();
    const facts = {
      project: span.project,
      trace_id: span.context.trace_id,
      span_id: span.context.span_id,
      parent_id: span.parent_id,
      start_time: span.start_time,
      end_time: span.end_time,
      status: [span.status_code, span.status_message].filter(Boolean).join(': '),
    };
    return [
      list(Object.entries(facts)),
      make('h2', '', 'Attributes'),
      list(Object.entries(span.attributes).sort(([a], [b]) => (a < b ? -1 : 1))),
      ...span.events.flatMap((event) => [
        make('h2', '', 'Event: ' + event.name),
        list([['timestamp', event.timestamp], ...Object.entries(event.attributes)]),
      ]),
    ];
  } catch {
    return [make('p', '', 'The span could not be loaded.')];
  }
};

const list = (entries) => {
  const element = make('dl');
  for (const [name, value] of entries) {
    if (value === null || value === '') continue;
    element.append(make('dt', '', name), make('dd', '', typeof value === 'string' ? value : JSON.stringify(value)));
  }
  return element;
};

const applyFilter = (row) => {
  const hidden =
    !row.dataset.text.includes(filter.value.trim().toLowerCase()) ||
    (project.value !== '' && row.dataset.project !== project.value);
  row.hidden = hidden;
  if (row.nextElementSibling?.classList.contains('detail')) row.nextElementSibling.hidden = hidden;
};

const addProject = (name) => {
  if (![...project.options].some((option) => option.value === name)) project.add(new Option(name, name));
};

const add = (spans) => {
  for (const span of spans) {
    if (span.seq <= lastSeq) continue;
    lastSeq = span.seq;
    const row = rowFor(span);
    rows.prepend(row);
    addProject(span.project);
    applyFilter(row);
  }
  const all = rows.querySelectorAll('tr.span');
  for (const row of [...all].slice(MAX_ROWS)) {
    if (row.classList.contains('open')) row.nextElementSibling?.remove();
    row.remove();
  }
  empty.hidden = all.length > 0;
};

for (const control of [filter, project]) {
  control.addEventListener('input', () => rows.querySelectorAll('tr.span').forEach(applyFilter));
}

// The link to one trace.
filter.value = new URLSearchParams(location.search).get('filter') ?? '';

const show = (className, text) => {
  state.className = className;
  state.textContent = text;
};

const connect = () => {
  const events = new EventSource(base + 'events');
  events.onopen = () => show('live', 'Live');
  events.onmessage = (event) => add(JSON.parse(event.data));
  events.onerror = () => {
    show('lost', 'Connection lost, trying again…');
    // A refused stream is closed for good: only a new one tries again.
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
};
connect();
