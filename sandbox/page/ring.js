// Calling a clinic: it rings until somebody here hangs up, or nobody there has answered for a while.

import { call, shown } from "./api.js";

const RINGS = 6_000;
const SHOWN = 8_000;

export class Ring {
  /** `ends()` gives {from, to} at the moment of calling, or throws with the reason it cannot. */
  constructor(button, told, ends) {
    this.button = button;
    this.told = told;
    this.ends = ends;
    this.ringing = null;
    this.button.addEventListener("click", () => (this.ringing ? this.#over("hung_up") : this.#begin()));
  }

  #begin() {
    shown(this.told, async () => {
      const { from, to } = this.ends();
      this.ringing = { from, to, timer: setTimeout(() => this.#over("missed"), RINGS) };
      this.#say("Ringing…", "Hang up");
    });
  }

  #over(outcome) {
    const { from, to, timer } = this.ringing;
    clearTimeout(timer);
    this.ringing = null;
    shown(this.told, async () => {
      this.#say(outcome === "missed" ? "Nobody answered." : "You hung up.", "Call");
      await call("POST", "/api/calls", { from, to, outcome });
      setTimeout(() => (this.told.hidden ||= !this.ringing), SHOWN);
    });
  }

  #say(words, name) {
    this.told.textContent = words;
    this.told.hidden = false;
    this.button.title = name;
    this.button.querySelector(".sr").textContent = name;
    this.button.classList.toggle("ringing", name === "Hang up");
  }
}
