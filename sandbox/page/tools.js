// The bar's two tools: the business clock and the faults.

import { call, shown } from "./api.js";

const find = (id) => document.getElementById(id);
const face = new Intl.DateTimeFormat(undefined, { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const shortFace = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const small = matchMedia("(max-width: 640px)");

const KINDS = {
  duplicate: "The next text arrives that many times more.",
  delay: "The next text is held back for some seconds.",
  reorder: "The next text waits until the one after it has arrived.",
  drop_response: "The next reply is sent, but the answer to the app is cut off.",
  status: "The next reply is refused with an HTTP status.",
  timeout: "The next reply is sent, but the app never hears of it.",
};

// ---- menus: one open at a time, closed by Escape or a click elsewhere ----

export function startMenus() {
  const menus = [...document.querySelectorAll(".menu")];
  const close = (but) => menus.filter((menu) => menu !== but).forEach((menu) => (menu.open = false));
  document.addEventListener("click", (event) => close(event.target.closest(".menu")));
  document.addEventListener("keydown", (event) => {
    const open = menus.find((menu) => menu.open);
    if (event.key !== "Escape" || !open) return;
    close();
    open.querySelector("summary").focus();
  });
}

// ---- the clock ----

let ahead = 0; // milliseconds from the browser's clock to business time
let offset = 0; // seconds from the machine's clock to business time

export function tellClock(time) {
  ahead = Date.parse(time.now) - Date.now();
  offset = time.offset_seconds;
  tick();
}

function tick() {
  const now = new Date(Date.now() + ahead);
  find("clock-now").textContent = (small.matches ? shortFace : face).format(now);
  find("clock-now").dateTime = now.toISOString();
  find("clock-offset").textContent = away(offset);
  find("clock-offset").hidden = Math.abs(offset) < 1;
}

/** 90000 seconds as "+1 d 1 h": the two largest units, one where there is little room. */
function away(seconds) {
  const left = Math.round(Math.abs(seconds));
  const units = [["d", Math.floor(left / 86400)], ["h", Math.floor(left / 3600) % 24], ["min", Math.floor(left / 60) % 60], ["s", left % 60]];
  const said = units.filter(([, count]) => count).slice(0, small.matches ? 1 : 2).map(([unit, count]) => `${count} ${unit}`);
  return (seconds < 0 ? "−" : "+") + said.join(" ");
}

/** A time as the date field takes it: the reader's own zone, to the minute. */
function local(at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function startClock() {
  const menu = find("clock");
  const problem = menu.querySelector(".problem");
  const move = (body) => shown(problem, async () => tellClock(await call("POST", "/api/clock", body)));
  for (const button of menu.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => move({ advance_seconds: Number(button.dataset.advance) }));
  }
  menu.addEventListener("toggle", () => {
    find("clock-set").elements.now.value = local(new Date(Date.now() + ahead));
  });
  find("clock-reset").addEventListener("click", () => move({ reset: true }));
  find("clock-set").addEventListener("submit", (event) => {
    event.preventDefault();
    move({ now: new Date(event.target.elements.now.value).toISOString() });
  });
  small.addEventListener("change", tick);
  setInterval(tick, 1000);
}

// ---- the faults ----

export function tellFaults(faults) {
  find("faults-count").textContent = faults.length;
  find("faults-count").hidden = find("faults-clear").hidden = faults.length === 0;
  find("faults-list").replaceChildren(...faults.map(faultLine));
}

function faultLine(fault) {
  const line = document.createElement("li");
  const what = document.createElement("span");
  const left = document.createElement("span");
  what.textContent = `${fault.provider} · ${fault.kind.replace("_", " ")} · ${fault.event}`;
  left.textContent = fault.left ? `${fault.left} left` : "holding";
  line.append(what, left);
  return line;
}

export function startFaults() {
  const menu = find("faults");
  const form = find("faults-add");
  const problem = menu.querySelector(".problem");
  for (const kind of Object.keys(KINDS)) {
    form.elements.kind.add(new Option(kind.replace("_", " "), kind));
  }
  const chosen = () => {
    const kind = form.elements.kind.value;
    find("faults-about").textContent = KINDS[kind];
    for (const label of form.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== kind;
  };
  form.elements.kind.addEventListener("change", chosen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    shown(problem, () => call("POST", "/api/faults", asked(form)));
  });
  find("faults-clear").addEventListener("click", () => shown(problem, () => call("DELETE", "/api/faults")));
  chosen();
}

function asked(form) {
  const { provider, kind, times, seconds, code } = form.elements;
  const fault = { provider: provider.value, kind: kind.value, times: Number(times.value) };
  if (kind.value === "delay") fault.seconds = Number(seconds.value);
  if (kind.value === "status") fault.code = Number(code.value);
  return fault;
}
