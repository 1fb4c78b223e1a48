// A shop with several groups: a tab for each above the group chat.

import { el, part } from "./dom.js";

export class Tabs {
  constructor(pane, rooms, onPick) {
    this.buttons = new Map(rooms.map((room) => [room,
      el("button", { type: "button", onclick: () => onPick(room) }, room, el("i", { class: "dot", hidden: true }))]));
    const box = part(pane, "tabs");
    box.hidden = rooms.length < 2;
    box.append(...this.buttons.values());
  }

  pick(room) {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === room));
    this.dot(room, false);
  }

  dot(room, isOn) {
    const button = this.buttons.get(room);
    if (button) button.querySelector(".dot").hidden = !isOn;
  }
}
