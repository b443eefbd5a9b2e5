// Where a text is written: its size as it grows, a picture, and sending.

import { measure, sendText, shown, upload } from "./api.js";

const LARGEST = 5 * 1024 * 1024;
const PAUSE = 120;

export class Composer {
  /** `ends()` gives {from, to} at the moment of sending, or throws with the reason it cannot. */
  constructor(form, ends) {
    this.form = form;
    this.ends = ends;
    this.words = form.querySelector(".words");
    this.file = form.querySelector(".file");
    this.preview = form.querySelector(".preview");
    this.problem = form.querySelector(".problem");
    this.size = form.querySelector(".size");
    this.sending = form.querySelector(".send");
    this.asked = 0;
    this.#listen();
    this.#changed();
  }

  write(words) {
    this.words.value = words;
    this.#changed();
    this.words.focus();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.words.addEventListener("input", () => this.#changed());
    this.words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#send();
      }
    });
    this.file.addEventListener("change", () => this.#attach(this.file.files[0]));
    this.preview.querySelector(".drop").addEventListener("click", () => this.#attach(null));
    addEventListener("resize", () => this.#fit());
    this.words.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
      if (pasted) this.#attach(pasted);
    });
  }

  #attach(file) {
    const image = this.preview.querySelector("img");
    URL.revokeObjectURL(image.src);
    this.problem.hidden = true;
    if (file && file.size > LARGEST) {
      this.problem.textContent = "That picture is too large: 5 MB at most.";
      this.problem.hidden = false;
      file = null;
    }
    this.picture = file ?? null;
    if (this.picture) image.src = URL.createObjectURL(this.picture);
    else image.removeAttribute("src");
    this.preview.hidden = !this.picture;
    this.file.value = "";
    this.#changed();
  }

  #fit() {
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight + 2, 140)}px`;
  }

  #changed() {
    this.#fit();
    this.sending.disabled = !this.words.value.trim() && !this.picture;
    clearTimeout(this.waiting);
    if (!this.words.value || this.picture) {
      this.asked += 1;
      this.#tell(this.picture ? "Goes as a picture message (MMS)" : "", false);
    } else {
      this.waiting = setTimeout(() => this.#measure(), PAUSE);
    }
  }

  async #measure() {
    const turn = ++this.asked;
    try {
      const size = await measure(this.words.value);
      if (turn !== this.asked) return; // a later question is already on its way
      const segments = size.segments === 1 ? "1 segment" : `${size.segments} segments`;
      this.#tell(`${segments} · ${size.left} left · ${size.encoding}`, size.segments > 3);
    } catch {
      this.#tell("", false); // the size is a courtesy: sending says what is wrong
    }
  }

  #tell(text, costly) {
    this.size.textContent = text;
    this.size.classList.toggle("costly", costly);
  }

  async #send() {
    if (this.sending.disabled) return;
    this.sending.disabled = true;
    const sent = await shown(this.problem, async () => {
      const media = this.picture ? [(await upload(this.picture)).url] : [];
      await sendText({ ...this.ends(), text: this.words.value, media });
    });
    if (sent) {
      this.words.value = "";
      this.#attach(null);
    }
    this.#changed();
    this.words.focus();
  }
}
