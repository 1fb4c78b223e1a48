// The agents' desk: a list of customers (desk_list), one conversation (desk_talk, desk_composer), a customer at a glance
// (desk_glance). Here are the keys, whether one is at work, and what comes live.
import { setKind, words } from "./desk_composer.js";
import { figuresTable } from "./desk_glance.js";
import { gotRows, inTab, measure } from "./desk_list.js";
import { $, boot, current, doIt, state } from "./desk_state.js";
import { giveBack, gotLine, open, take } from "./desk_talk.js";
import { get, listen } from "./wire.js";

addEventListener("keydown", (event) => {
  if ($("ask").open) return;
  const typing = event.target.matches("input, textarea");
  if (event.altKey && event.code === "KeyN") { event.preventDefault(); setKind(state.kind === "note" ? "say" : "note"); words.focus(); }
  else if (event.altKey && event.code === "KeyE" && current()?.owner === boot.me) { event.preventDefault(); giveBack(); }
  else if (event.altKey && event.code === "KeyA" && current()) { event.preventDefault(); take(); }
  else if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
  else if (event.key === "Escape" && typing) event.target.blur();
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing || words.value === "") && inTab().length) {
    event.preventDefault();
    const rows = inTab(), at = rows.findIndex((row) => row.path === state.open);
    open(rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length].path);
  }
});

$("duty").addEventListener("click", async () => {
  const told = await doIt("duty", { at_work: $("duty").getAttribute("aria-pressed") !== "true" });
  if (told) drawDuty(told.at_work);
});
function drawDuty(atWork) {
  $("duty").setAttribute("aria-pressed", String(atWork));
  $("duty").textContent = atWork ? "上班中" : "下班了";
}

listen("/desk/stream", {
  ready: () => {},
  rows: gotRows,
  line: (line) => { measure(line.at); gotLine(line); },
});
drawDuty(boot.at_work);
get("/desk/figures").then((found) => $("figures").replaceChildren(figuresTable(found.agents))).catch(() => {});
