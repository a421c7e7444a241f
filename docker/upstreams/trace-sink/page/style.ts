/** The page's style: light and dark, a table on wide screens and cards on narrow ones. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c);
  --panel: light-dark(#ffffff, #1c2027);
  --line: light-dark(#dfe3e8, #2d333d);
  --text: light-dark(#1b2027, #e6e9ee);
  --quiet: light-dark(#59636f, #9aa5b3);
  --accent: light-dark(#1f5fbf, #7db0ff);
  --ok: light-dark(#176b3a, #6fd49a);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-ground: light-dark(#fdecea, #3a1f1e);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
header {
  display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; padding: 14px 24px;
  background: var(--panel); border-bottom: 1px solid var(--line);
}
h1 { margin: 0; font-size: 18px; }
#state { margin: 0 auto 0 0; color: var(--quiet); }
#state::before { content: ''; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: var(--quiet); }
#state.live::before { background: var(--ok); }
#state.lost::before { background: var(--bad); }
label { display: flex; align-items: center; gap: 8px; color: var(--quiet); }
select, input {
  font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--line);
  border-radius: 6px; padding: 5px 9px; min-width: 0; max-width: 220px;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main { padding: 18px 24px; }
table { width: 100%; border-collapse: collapse; background: var(--panel); border: 1px solid var(--line); }
caption { text-align: left; color: var(--quiet); padding: 0 0 10px; }
th, td { padding: 8px 10px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { font-size: 12px; font-weight: 600; color: var(--quiet); white-space: nowrap; overflow-wrap: normal; border-bottom: 1px solid var(--line); }
tbody tr.span { border-top: 1px solid var(--line); cursor: pointer; }
tbody tr.span:hover { background: var(--ground); }
.number, .time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.number { text-align: right; }
.time, .project { color: var(--quiet); }
tr.span .name { min-width: 210px; }
tr.span .subject { min-width: 140px; }
tr.span .project { min-width: 92px; }
.kind span { font-size: 11px; font-weight: 600; letter-spacing: .03em; padding: 2px 7px; border-radius: 4px; border: 1px solid var(--line); white-space: nowrap; }
.status { white-space: nowrap; color: var(--quiet); }
.status.OK { color: var(--ok); }
.status.ERROR { color: var(--bad); font-weight: 600; }
.name button { font: inherit; font-weight: 600; color: var(--accent); background: none; border: 0; padding: 0; text-align: left; cursor: pointer; overflow-wrap: anywhere; }
.message { display: block; color: var(--bad); font-size: 13px; }
tr.detail > td { padding: 4px 10px 16px; background: var(--ground); }
.detail dl { display: grid; grid-template-columns: minmax(160px, 300px) 1fr; margin: 8px 0 0; font: 12.5px/1.5 ui-monospace, monospace; }
.detail dt, .detail dd { margin: 0; padding: 3px 8px 3px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; }
.detail dt { color: var(--quiet); }
.detail dt, .detail dd { max-height: 15em; overflow-y: auto; }
.detail h2 { margin: 12px 0 0; font-size: 13px; }
#empty { color: var(--quiet); text-align: center; padding: 48px 0; }
[hidden] { display: none !important; }
@media (max-width: 860px) {
  header { padding: 12px 14px; }
  #state { width: 50%; text-align: right; margin: 0 0 0 auto; }
  header label { flex: 1 1 160px; }
  select, input { flex: 1; max-width: none; width: 100%; }
  main { padding: 14px; }
  table, caption, tbody { display: block; border: 0; background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr.span {
    display: grid; grid-template-columns: 1fr 1fr; gap: 2px 12px; padding: 10px 12px; margin-top: 10px;
    background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
  }
  tbody tr.span.open { border-radius: 8px 8px 0 0; }
  tr.span td, tr.span .name, tr.span .subject, tr.span .project { display: block; padding: 1px 0; min-width: 0; }
  tr.span td:empty { display: none; }
  tr.span .name { grid-column: 1 / -1; order: -3; font-size: 15px; }
  tr.span .time { order: -2; }
  tr.span .status { order: -1; text-align: right; }
  tr.span .subject { font-weight: 600; text-align: right; }
  tr.span .number { display: flex; justify-content: space-between; text-align: left; }
  tr.span .number::before { content: attr(data-label); color: var(--quiet); }
  tr.span .project { grid-column: 1 / -1; }
  tr.span .project::before { content: 'Project '; }
  tr.detail { display: block; border: 1px solid var(--line); border-top: 0; border-radius: 0 0 8px 8px; overflow: hidden; }
  tr.detail > td { display: block; padding: 4px 12px 14px; }
  .detail dl { display: block; }
  .detail dd { border: 0; padding-top: 0; }
}
`;
