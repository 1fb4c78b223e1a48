// The list of customers: who waits longest stands first, in the colour of how long he has waited.
import { avatar, el, missedOne, toast } from "./dom.js";
import { chime } from "./desk_chime.js";
import { open } from "./desk_talk.js";
import { $, ON_GLASS, boot, draws, redraw, state } from "./desk_state.js";
import { get } from "./wire.js";

const IN = {
  mine: (row) => row.owner === boot.me,
  open: (row) => row.state === "open",
  bot: (row) => row.state === "bot",
  all: () => true,
};
const NOBODY = { mine: "手上没有顾客", open: "现在没人在等", bot: "还没有人说话", all: "还没有人说话" };
const tabs = document.querySelectorAll("[data-tab]");
export const inTab = () => state.rows.filter((row) => IN[state.tab](row));

// The demo's clock may stand elsewhere than ours: measured by the newest thing the server has said.
let skew = 0;
export function measure(at) { skew = Date.now() - new Date(at); }
const waited = (row) => (row.since ? Math.max(0, (Date.now() - skew - new Date(row.since)) / 60000) : null);

function waitedWords(minutes) {
  if (minutes < 1) return "刚刚";
  return minutes < 60 ? `${Math.floor(minutes)}分钟` : `${Math.floor(minutes / 60)}小时`;
}

draws(drawRows);
function drawRows() {
  for (const tab of tabs) {
    const many = state.rows.filter(IN[tab.dataset.tab]).length;
    tab.setAttribute("aria-selected", String(tab.dataset.tab === state.tab));
    tab.querySelector("b").textContent = many || "";
  }
  const rows = inTab();
  $("rows").replaceChildren(...rows.map(drawRow));
  $("nobody").hidden = rows.length > 0;
  $("nobody").textContent = state.search ? "没有找到" : NOBODY[state.tab];
}

function drawRow(row) {
  const minutes = waited(row);
  const goal = row.answered ? boot.goals.next : boot.goals.first;
  const heat = minutes === null ? "" : minutes < goal / 2 ? "fresh" : minutes < goal ? "warm" : "hot";
  return el("li", {},
    el("button", { class: `row-of ${heat}`, type: "button", "aria-current": row.path === state.open ? "true" : null, onclick: () => open(row.path) },
      avatar(row.name),
      el("span", { class: "row-main" },
        el("span", { class: "row-name" }, row.name, row.room ? el("i", { class: "badge" }, row.room) : ""),
        el("span", { class: "row-said" }, row.said || row.why || "")),
      el("span", { class: "row-side" },
        row.ticket ? el("span", { class: "number" }, `#${row.ticket}`) : "",
        el("span", { class: `mark ${row.state}` }, row.owner && row.owner !== boot.me ? row.owner_name : row.word),
        minutes !== null ? el("span", { class: "waited" }, waitedWords(minutes)) : "")));
}

// All of them at first, then what has changed: who waits longest first, then who spoke with the shop last.
const later = (one, other) => (one.ticket && other.ticket ? one.ticket - other.ticket : one.ticket ? -1 : other.ticket ? 1 : new Date(other.at) - new Date(one.at));
export function gotRows({ rows, gone = [], whole = false }) {
  const known = new Map(whole ? [] : state.all.map((row) => [row.path, row]));
  for (const path of gone) known.delete(path);
  for (const row of rows) known.set(row.path, row);
  showRows([...known.values()].sort(later));
}

function showRows(rows) {
  const fresh = rows.filter((row) => row.state === "open" && !state.known.has(row.ticket));
  if (state.known.size && fresh.length) { chime(); missedOne(); }
  for (const row of rows) if (row.ticket) state.known.add(row.ticket);
  if (!state.known.size) state.known.add(0);
  // Whoever has nothing to do sees who waits.
  if (state.tab === "mine" && state.open === null && !rows.some(IN.mine) && rows.some(IN.open)) state.tab = "open";
  state.all = rows;
  if (state.search) find();
  else state.rows = rows;
  redraw();
}

let searching;
$("search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(() => {
    state.search = $("search").value.trim();
    if (state.search) state.tab = "all";
    find();
  }, 200);
});
async function find() {
  const search = state.search;
  try {
    const { rows } = await get(`/desk/rows?q=${encodeURIComponent(search)}`);
    if (search !== state.search) return;
    state.rows = rows;
    drawRows();
  } catch (wrong) { toast(wrong.message); }
}

for (const tab of tabs) tab.addEventListener("click", () => { state.tab = tab.dataset.tab; drawRows(); });
setInterval(drawRows, 20000);
if (ON_GLASS) $("search").placeholder = "找人：名字或单号";
