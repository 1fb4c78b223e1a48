// What an agent types: to the customer, or a note for the shop; a photo; in the order in which it was typed.
import { toast } from "./dom.js";
import { takePhotos } from "./photo.js";
import { postPhoto } from "./wire.js";
import { $, ON_GLASS, boot, current, doIt, state } from "./desk_state.js";

const composer = $("composer");
export const words = composer.querySelector("textarea");

export function setKind(kind) {
  state.kind = composer.dataset.only === "note" ? "note" : kind;
  composer.dataset.kind = state.kind;
  for (const button of composer.querySelectorAll("[data-kind]")) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === state.kind));
    button.disabled = composer.dataset.only === "note" && button.dataset.kind === "say";
  }
  words.placeholder = state.kind === "note" ? "只有店里看得到" : `对${current()?.name ?? "他"}说…${ON_GLASS ? "" : "　输入 /1 用常用语"}`;
}

export function drawComposer() {
  const row = current(), mine = row?.owner === boot.me;
  const speaks = Boolean(row) && mine && row.person !== null; // a matter of the shop itself has nobody to speak with
  composer.hidden = !row || (!mine && !row.ticket);
  $("canned").hidden = !speaks;
  const only = speaks ? "" : "note";
  if (!row || composer.dataset.only === only) return;
  composer.dataset.only = only; // it has changed hands: what is typed now goes where it should
  setKind(speaks ? "say" : "note");
}

// One after the other: what is typed while a line is on its way waits, and goes to whom and where it was meant to go.
let sending = Promise.resolve();
function send() { const path = state.open; sending = sending.then(() => sendTo(path)); }
async function sendTo(path) {
  await Promise.all([state.taking, state.looking]);
  if (path !== state.open) { if (state.drafts.get(path)) toast("你换了人，刚才那句没发，还留在他那里"); return; }
  const typed = words.value.trim(), row = current(), kind = state.kind;
  if (!typed || !row?.ticket) return;
  const short = /^\/(\d)$/.exec(typed);
  const text = short ? state.canned[short[1] - 1] : typed;
  if (!text || (kind === "say" && /^[#＃/]/.test(text))) { toast("没有这句常用语，也没发出去"); return; }
  if (!await doIt(kind, { text })) return;
  if (state.drafts.get(path)?.trim() === typed) state.drafts.delete(path);
  if (path !== state.open || words.value.trim() !== typed) return;
  words.value = "";
  if (kind === "note") setKind("say");
}

takePhotos($("photo"), words, async (shown) => {
  const row = current();
  if (row?.ticket && !row.person) { toast("这是店里的事，没有顾客"); return; }
  if (row?.owner !== boot.me) { toast("先接过来，再发图"); return; }
  try { await postPhoto("/desk/picture", { ticket: row.ticket }, shown); } catch (wrong) { toast(wrong.message); }
});
composer.addEventListener("submit", (event) => { event.preventDefault(); send(); });
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
for (const button of composer.querySelectorAll("[data-kind]")) button.addEventListener("click", () => { setKind(button.dataset.kind); words.focus(); });
