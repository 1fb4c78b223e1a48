// 为什么: what was heard, the words in it, what it was taken for, which rule spoke, and the facts it used.

import { el } from "./dom.js";

const STEPS = [["heard", "听到"], ["tokens", "词"], ["intent", "意思与把握"], ["rules", "规则"], ["facts", "用到的事实"]];

export function drawWhy(why) {
  const rest = Object.keys(why).filter((key) => key !== "score" && !STEPS.some(([known]) => known === key));
  return [...STEPS, ...rest.map((key) => [key, key])]
    .filter(([key]) => !isNothing(why[key]))
    .map(([key, title]) => el("section", { class: "why-step" },
      el("h3", {}, title), ...draw(why[key]), key === "intent" ? drawScore(why.score) : null));
}

function isNothing(value) {
  return value === null || value === undefined || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

function draw(value) {
  if (Array.isArray(value)) {
    if (value.some((one) => typeof one === "object" && one !== null)) return value.flatMap(draw);
    const isShort = value.every((one) => String(one).length <= 12);
    return isShort ? [el("div", { class: "words" }, value.map((one) => el("span", {}, String(one))))]
      : value.map((one) => el("p", {}, String(one)));
  }
  if (typeof value === "object" && value !== null) {
    return [el("dl", {}, Object.entries(value).flatMap(([name, one]) => [el("dt", {}, name), el("dd", {}, brief(one))]))];
  }
  return [el("p", {}, String(value))];
}

function brief(value) {
  if (Array.isArray(value)) return value.map(brief).join("、");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, one]) => `${name} ${brief(one)}`).join("，");
  return value === null ? "—" : String(value);
}

function drawScore(score) {
  if (typeof score !== "number") return null;
  return el("p", {}, `把握 ${Math.round(score * 100)}% `, el("meter", { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: score, "aria-label": "把握" }));
}
