// What all parts of the desk know: who waits, which conversation is open, and how the server is asked to do something.
import { part, toast } from "./dom.js";
import { post } from "./wire.js";

export const panes = document.querySelector(".desk-panes");
export const boot = JSON.parse(panes.dataset.boot);
export const ON_GLASS = matchMedia("(hover: none)").matches; // no keys to be told of
export const $ = (name) => part(document.body, name);
export const time = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: boot.zone });
export const date = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "short", timeZone: boot.zone });

export const state = {
  all: [], rows: [], tab: "mine", search: "", known: new Set(), // the list
  open: null, canned: [], // the conversation
  kind: "say", drafts: new Map(), // what is typed
  taking: Promise.resolve(), looking: Promise.resolve(), // what a line that was typed meanwhile has to wait for
};
export const current = () => [...state.all, ...state.rows].find((row) => row.path === state.open);

// Parts that show the list or who is in hand; each draws itself anew when that has changed.
const drawers = [];
export const draws = (draw) => { drawers.push(draw); };
export const redraw = () => { for (const draw of drawers) draw(); };

export async function doIt(verb, body = {}) {
  const row = current();
  try {
    return await post("/desk/do", { verb, ...(row?.ticket ? { ticket: row.ticket } : { person: row?.person }), ...body });
  } catch (wrong) { toast(wrong.message); return null; }
}
