// A phone shows one chat at a time; a dot says that the other one has something new.

import { part } from "./dom.js";

export class Switch {
  constructor(panes, onChange) {
    this.panes = panes;
    this.nav = document.querySelector(".switch");
    this.onChange = onChange;
    for (const button of this.nav.querySelectorAll("button")) {
      button.addEventListener("click", () => this.show(button.dataset.shows));
    }
  }

  name(group, own) {
    part(this.nav, "group-name").textContent = group;
    part(this.nav, "private-name").textContent = own;
  }

  show(which) {
    this.panes.dataset.showing = which;
    for (const button of this.nav.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.shows === which));
    }
    this.dot(which, false);
    this.onChange?.(which);
  }

  // On a wide screen both are seen.
  isSeen(which) {
    return this.nav.offsetParent === null || this.panes.dataset.showing === which;
  }

  dot(which, isOn) {
    this.nav.querySelector(`[data-shows=${which}] .dot`).hidden = !isOn || this.isSeen(which);
  }
}

// iOS lays its keyboard over the page instead of making the page smaller: keep the input above it.
export function fitKeyboard() {
  const seen = window.visualViewport;
  if (!seen) return;
  const fit = () => {
    const isCovered = window.innerHeight - seen.height * seen.scale > 60;
    document.body.style.height = isCovered ? `${seen.height}px` : "";
    if (isCovered) scrollTo(0, 0);
  };
  seen.addEventListener("resize", fit);
}
