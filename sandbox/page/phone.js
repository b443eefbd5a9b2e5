// The page: phones side by side, kept up to date by one stream from the sandbox.

import { call, clinics as askClinics, thread as askThread } from "./api.js";
import { Composer } from "./composer.js";
import { CONTACTS, STARTERS, typed, written } from "./contacts.js";
import { Ring } from "./ring.js";
import { Thread } from "./thread.js";
import { startClock, startFaults, startMenus, tellClock, tellFaults } from "./tools.js";

const OTHER = "other";
const room = document.getElementById("phones");
const offline = document.getElementById("offline");
const phones = [];
let clinics = [];

// ---- one phone ----

class Phone {
  constructor(phone, number) {
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.clinic = this.node.querySelector(".clinic");
    this.contact = this.node.querySelector(".contact");
    this.typed = this.node.querySelector(".typed");
    this.thread = new Thread(
      this.node.querySelector(".thread"),
      this.node.querySelector(".texts"),
      this.node.querySelector(".empty"),
    );
    this.number = number;
    this.phone = phone;
    this.heard = null;
    this.#people();
    this.places();
    this.composer = new Composer(this.node.querySelector(".composer"), () => this.ends());
    new Ring(this.node.querySelector(".call"), this.node.querySelector(".told"), () => this.ends());
    this.#starters();
    this.#listen();
  }

  ends() {
    if (!this.phone) throw new Error("Type the number to text from, for example +1 212 555 0199.");
    if (!this.number) throw new Error("There is no clinic to text.");
    return { from: this.phone, to: this.number };
  }

  /** Fills in the clinics that there are now. */
  places() {
    const options = clinics.map((clinic) => new Option(clinic.name, clinic.number));
    this.clinic.replaceChildren(...options);
    if (!clinics.some((clinic) => clinic.number === this.number)) this.number = clinics[0]?.number;
    this.clinic.value = this.number;
    this.#titles();
  }

  /** Reads the whole thread; what is heard meanwhile waits, so that it comes after it. */
  async reload() {
    const mine = (this.heard = []);
    const texts = this.phone ? await askThread(this.phone).catch(() => []) : [];
    if (mine !== this.heard) return; // asked again meanwhile
    this.heard = null;
    this.thread.keepOnly(texts);
    [...texts, ...mine].forEach((text) => this.hear(text));
  }

  hear(text) {
    const [phone, number] = text.direction === "inbound" ? [text.from, text.to] : [text.to, text.from];
    if (phone !== this.phone || number !== this.number) return;
    if (this.heard) this.heard.push(text);
    else this.thread.show(text, this.#place()?.name ?? "Clinic");
  }

  #place() {
    return clinics.find((clinic) => clinic.number === this.number);
  }

  #titles() {
    const place = this.#place();
    const known = CONTACTS.find((contact) => contact.phone === this.phone);
    this.node.setAttribute("aria-label", `${known?.name ?? (this.phone || "New phone")} texting ${place?.name ?? "nobody"}`);
    this.node.querySelector(".thread").setAttribute("aria-label", "Texts");
    this.node.querySelector(".number").textContent = place ? `${written(place.number)} · ${named(place.channel)}` : "";
    this.node.querySelector(".avatar").textContent = initials(place?.name ?? "");
  }

  #people() {
    for (const contact of CONTACTS) {
      this.contact.add(new Option(`${contact.name} · ${written(contact.phone)}`, contact.phone));
    }
    this.contact.add(new Option("Another number…", OTHER));
    const known = CONTACTS.some((contact) => contact.phone === this.phone);
    this.contact.value = known ? this.phone : OTHER;
    this.typed.value = known ? "" : this.phone;
    this.typed.closest("label").hidden = known;
  }

  #starters() {
    for (const words of STARTERS) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = words;
      button.addEventListener("click", () => this.composer.write(words));
      this.node.querySelector(".starters").append(button);
    }
  }

  #listen() {
    this.clinic.addEventListener("change", () => this.#became(this.phone, this.clinic.value));
    this.contact.addEventListener("change", () => {
      const other = this.contact.value === OTHER;
      this.typed.closest("label").hidden = !other;
      this.#became(other ? typed(this.typed.value) : this.contact.value, this.number);
      if (other) this.typed.focus();
    });
    this.typed.addEventListener("change", () => this.#became(typed(this.typed.value), this.number));
    this.node.querySelector(".remove").addEventListener("click", () => remove(this));
  }

  #became(phone, number) {
    this.phone = phone;
    this.number = number;
    this.#titles();
    this.thread.clear();
    remember();
    this.reload();
  }
}

/** "telnyx" as "Telnyx". */
function named(channel) {
  return channel.charAt(0).toUpperCase() + channel.slice(1);
}

function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => word[0] ?? "").join("").toUpperCase();
}

// ---- all phones ----

function add(phone, number) {
  const made = new Phone(phone, number);
  phones.push(made);
  room.append(made.node);
  made.reload();
  return made;
}

function remove(phone) {
  phones.splice(phones.indexOf(phone), 1);
  phone.node.remove();
  remember();
  if (!phones.length) document.getElementById("add-phone").focus();
}

function addAnother() {
  const free = CONTACTS.find((contact) => !phones.some((phone) => phone.phone === contact.phone));
  const last = phones.at(-1)?.number;
  const made = add(free?.phone ?? "", last ?? clinics[0]?.number);
  remember();
  made.node.scrollIntoView({ behavior: "smooth", inline: "start" });
  made.node.querySelector(".words").focus({ preventScroll: true });
}

const MEMORY = "deskbell.phones";

function remember() {
  localStorage.setItem(MEMORY, JSON.stringify(phones.map(({ phone, number }) => [phone, number])));
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(MEMORY) ?? "null");
    return Array.isArray(kept) && kept.every(Array.isArray) && kept.length ? kept : null;
  } catch {
    return null; // somebody else's notes: begin anew
  }
}

/** A first visit shows one phone a clinic where there is room for them, and one otherwise. */
function firstPhones() {
  const shown = clinics.slice(0, innerWidth > 900 ? 2 : 1);
  return shown.map((clinic, index) => [CONTACTS[index].phone, clinic.number]);
}

async function refresh() {
  clinics = await askClinics();
  room.querySelector(".nobody")?.remove();
  document.getElementById("add-phone").disabled = !clinics.length;
  if (!clinics.length) {
    phones.splice(0).forEach((phone) => phone.node.remove());
    room.append(document.getElementById("nobody").content.cloneNode(true));
  } else if (!phones.length) {
    (remembered() ?? firstPhones()).forEach(([phone, number]) => add(phone, number));
  } else {
    phones.forEach((phone) => {
      phone.places();
      phone.reload();
    });
  }
  tellClock(await call("GET", "/api/clock"));
  tellFaults(await call("GET", "/api/faults"));
}

// ---- the stream ----

function listen() {
  const stream = new EventSource("/api/stream");
  const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("ready", () => {
    offline.hidden = true;
    refresh();
  });
  stream.onerror = () => {
    offline.hidden = false;
    // A refused stream is not tried again by the browser itself.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
  on("message", (text) => phones.forEach((phone) => phone.hear(text)));
  on("clinics", refresh);
  on("clock", tellClock);
  on("faults", tellFaults);
}

document.getElementById("add-phone").addEventListener("click", addAnother);
startMenus();
startClock();
startFaults();
listen();
